import { parseDuration } from "../../kernel/mod.ts";
import type { Findings } from "../findings.ts";
import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";

/** A text that holds something: to Vault Agent an empty one is as good as none. */
export function filled(given: Given<string> | undefined): Given<string> | undefined {
	return given?.value === "" ? undefined : given;
}

/** Text, or a whole number as it is written, where Vault Agent takes these; nothing for an empty one. */
export function word(stanza: Stanza, key: string, { findings }: Mapping): Given<string> | undefined {
	const given = stanza.text(key);
	const kind = stanza.kind(key);
	if (given === undefined || kind === "text") return filled(given);
	if (kind === "number" && /^-?\d+$/.test(given.value)) return given;
	return refuseKind(given, "expected text in quotes", findings);
}

/** Of a duration, in milliseconds. */
export function lengthOf({ value }: Given<string>): number {
	return parseDuration(value) ?? 0;
}

/** A duration that lasts: to Vault Agent no time at all is as good as none given. */
export function lasting(given: Given<string> | undefined): Given<string> | undefined {
	return given !== undefined && lengthOf(given) > 0 ? given : undefined;
}

/** Text in quotes and nothing else, where Vault Agent takes no number for it. */
export function quoted(stanza: Stanza, key: string, { findings }: Mapping): Given<string> | undefined {
	const given = stanza.text(key);
	if (given === undefined || stanza.kind(key) === "text") return given;
	return refuseKind(given, "expected text in quotes", findings);
}

/** Whether a key is absent or empty; one of another kind is there, and has been refused. @param given what was read of it */
export function isMissing(given: Given<string> | undefined, stanza: Stanza, key: string): boolean {
	return given === undefined ? !stanza.has(key) : given.value === "";
}

/** `true` or `false` and nothing else, where Vault Agent takes no text for it. */
export function flag(stanza: Stanza, key: string, { findings }: Mapping): Given<boolean> | undefined {
	const given = stanza.bool(key);
	if (given === undefined || stanza.kind(key) === "bool") return given;
	return refuseKind(given, "expected true or false, without quotes", findings);
}

/** A list of texts, where Vault Agent takes no single text for it. */
export function list(
	stanza: Stanza,
	key: string,
	{ findings }: Mapping,
): Given<readonly string[]> | undefined {
	const given = stanza.texts(key);
	if (given === undefined || stanza.kind(key) === "list") return given;
	return refuseKind(given, "expected a list: the text belongs in [ ]", findings);
}

/** A list of texts; one text alone is taken apart at its commas. */
export function commaList(
	stanza: Stanza,
	key: string,
	{ findings }: Mapping,
): Given<readonly string[]> | undefined {
	const given = stanza.texts(key);
	const kind = stanza.kind(key);
	if (given === undefined || kind === "list") return given;
	if (kind !== "text") return refuseKind(given, "expected text in quotes, or a list of texts", findings);
	const [text = ""] = given.value;
	return { ...given, value: text === "" ? [] : text.split(",") };
}

function refuseKind({ place, name }: Given<unknown>, message: string, findings: Findings): undefined {
	findings.refuse(place, `${name}: ${message}`);
}
