import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { filled, flag } from "../stanzas/values.ts";
import { nameOf } from "./name-format.ts";
import { pathOf } from "./path-template.ts";

/** What the names of all variables have done to them. */
export interface Naming {
	readonly sanitize: Given<boolean> | undefined;
	readonly upcase: Given<boolean> | undefined;
}

const FIELD = "{{field}}";

/** `secret { … }`: all of a secret's fields become variables. */
export function secret(stanza: Stanza, naming: Naming, mapping: Mapping): void {
	const path = pathOf(stanza, mapping);
	const format = filled(stanza.text("format"));
	const noPrefix = flag(stanza, "no_prefix", mapping);
	const keys = stanza.blocks("key").flatMap((key) => keyOf(key) ?? []);
	stanza.done("refuse");
	if (path === undefined) return;

	const { draft } = mapping;
	const before = draft.get(["env_from"]);
	const index = Array.isArray(before) ? before.length : 0;
	const put = (key: string, value: unknown, place = stanza.place) =>
		draft.set(["env_from", index, key], value, place);
	draft.set(["env_from", index], {}, stanza.place);
	put("secret", path.value.replace(/^\/+/, ""), path.place);
	put("sanitize", naming.sanitize?.value ?? false, naming.sanitize?.place);
	put("upcase", naming.upcase?.value ?? false, naming.upcase?.place);
	const prefix = noPrefix?.value === true ? "" : `${path.value.replaceAll(/[^A-Za-z0-9_]/g, "_")}_`;
	for (const [key, value] of Object.entries(names({ prefix, format, keys }, mapping)))
		put(key, value, format?.place);
}

/** In native keys. */
function names(
	{
		prefix,
		format,
		keys,
	}: { readonly prefix: string; readonly format: Given<string> | undefined; readonly keys: readonly Key[] },
	mapping: Mapping,
): object {
	const any = `${prefix}${FIELD}`;
	const [first] = keys;
	if (format === undefined)
		return first === undefined ? { name: any } : { fields: fieldsOf(keys, prefix, mapping) };
	if (first !== undefined) {
		const message = `${first.field.name} has no effect beside ${format.name}: all fields are taken`;
		mapping.findings.warn(first.field.place, message);
	}
	return { name: nameOf(format, any, mapping) ?? any };
}

interface Key {
	readonly field: Given<string>;
	readonly format: Given<string> | undefined;
}

function keyOf(stanza: Stanza): Key | undefined {
	const field = filled(stanza.text("name"));
	const format = filled(stanza.text("format"));
	stanza.done("refuse");
	if (field !== undefined) return { field, format };
	if (!stanza.has("name")) stanza.refuse("lacks name, the field of the secret");
	return undefined;
}

/** Here the path comes before what the format makes of the name. A field that has formats has no name but theirs. */
function fieldsOf(
	keys: readonly Key[],
	prefix: string,
	mapping: Mapping,
): readonly { readonly field: string; readonly name: string }[] {
	const formatted = new Set(
		keys.filter(({ format }) => format !== undefined).map(({ field }) => field.value),
	);
	return keys.flatMap(({ field: { value: field }, format }) => {
		if (format === undefined) return formatted.has(field) ? [] : [{ field, name: `${prefix}${field}` }];
		const name = nameOf(format, field, mapping);
		return name === undefined ? [] : [{ field, name: `${prefix}${name}` }];
	});
}
