import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { actions } from "./actions.ts";
import { goKeys } from "./go-keys.ts";
import { filled, flag, isMissing, quoted } from "./values.ts";
import { waitOf } from "./wait.ts";

/** What is written without a word on permissions has these, and its folders those. */
const DEFAULT_MODE = "0644";
const FOLDER_MODE = "0755";

/** What the rest has to know of a template. */
export interface Template {
	readonly place: string;
	/** Everybody on the machine can read what is written. */
	readonly isPublic: boolean;
	/** It says itself who can. */
	readonly hasMode: boolean;
	readonly destination: Given<string> | undefined;
}

/** `template { … }`, the one of this number. */
export function template(stanza: Stanza, index: number, mapping: Mapping): Template {
	const { draft } = mapping;
	const { place } = stanza;
	const path = (key: string) => ["templates", index, key];
	const put = (key: string, given: Given<unknown> | undefined) => draft.put(path(key), given);
	draft.set(["templates", index], {}, place);
	const keys = goKeys(stanza, mapping);
	for (const [key, given] of Object.entries(keys)) put(key, given);
	draft.set(path("escape"), mapping.isEscaped, place);
	put("sandbox_path", filled(quoted(stanza, "sandbox_path", mapping)));

	const written = quoted(stanza, "destination", mapping);
	const destination = filled(written);
	put("destination", destination);
	if (isMissing(written, stanza, "destination")) stanza.refuse("lacks destination");
	const mode = modeOf(stanza);
	draft.set(path("mode"), mode?.value ?? DEFAULT_MODE, mode?.place ?? place);
	draft.set(path("keep_mode"), mode === undefined, place);
	put("user", ownerOf(stanza, { name: "user", number: "uid" }, mapping));
	put("group", ownerOf(stanza, { name: "group", number: "gid" }, mapping));
	put("backup", flag(stanza, "backup", mapping));
	put("create_dest_dirs", flag(stanza, "create_dest_dirs", mapping));
	draft.set(path("dir_mode"), FOLDER_MODE, place);
	put("wait", waitOf(stanza, mapping));
	put("on_change", actions(stanza, mapping));
	stanza.done("refuse");
	const isPublic = (Number.parseInt(mode?.value ?? DEFAULT_MODE, 8) & 0o004) !== 0;
	return { place, isPublic, hasMode: mode !== undefined, destination };
}

/** Says which files everybody can read, once of all of them. */
export function sayPublic(templates: readonly Template[], { findings }: Mapping): void {
	const open = templates.filter(({ isPublic, destination }) => isPublic && destination !== undefined);
	const [first] = open;
	if (first === undefined) return;
	const names = open.map(({ destination }) => destination?.value).join(", ");
	const why = open.every(({ hasMode }) => hasMode)
		? "so perms says"
		: "perms is 0644 unless a template says otherwise";
	const message = `everybody on this machine can read ${names}; ${why}, and "0600" is better`;
	findings.warn(first.place, message);
}

/** To Vault Agent 0 is as good as none. */
function modeOf(stanza: Stanza): Given<string> | undefined {
	const given = stanza.mode("perms");
	return given?.value === "0000" ? undefined : given;
}

/** By name, or by the number that older versions knew alone. */
function ownerOf(
	stanza: Stanza,
	key: { readonly name: string; readonly number: string },
	mapping: Mapping,
): Given<string | number> | undefined {
	const name = filled(quoted(stanza, key.name, mapping));
	const number = stanza.integer(key.number);
	if (number !== undefined && stanza.kind(key.number) !== "number")
		mapping.findings.refuse(number.place, `${number.name}: expected a number without quotes`);
	return name ?? (number !== undefined && number.value >= 0 ? number : undefined);
}
