import { type Flags, padded } from "./format-flags.ts";
import { formatFloat } from "./format-float.ts";
import { formatInteger } from "./format-integer.ts";
import { formatBytes, formatText } from "./format-text.ts";
import { GoFault } from "../values/fault.ts";
import { checkDepth, joined } from "../values/bounds.ts";
import { ownText, sortedEntries, typeName } from "../values/types.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, type GoStruct, type GoValue } from "../values/values.ts";

/** A value for a verb, as an argument of Go's `fmt`. @throws GoFault for an address, and for what has no end */
export function formatValue(value: GoValue, verb: string, flags: Flags): string {
	if (value === undefined)
		return verb === "T" || verb === "v" ? padded("<nil>", flags) : badVerb(value, verb, flags);
	if (verb === "T") return formatText(typeName(value), "s", flags) ?? "";
	if (verb === "w" && !isBytes(value)) return badVerb(value, verb, flags);
	if (verb === "p" && typeof value === "object" && !isNumber(value)) {
		throw new GoFault("%p would write an address, which is another one each time");
	}
	return formatAt(value, { verb, depth: 0 }, flags);
}

/** `%!d(string=text)`: the verb is none for such a value. */
function badVerb(value: GoValue, verb: string, flags: Flags): string {
	if (value === undefined) return `%!${verb}(<nil>)`;
	return `%!${verb}(${typeName(value)}=${formatAt(value, { verb: "v", depth: 0 }, flags)})`;
}

function isBytes(value: GoValue): boolean {
	return value instanceof GoSlice && value.elementType === "uint8";
}

function isNumber(value: GoValue): value is GoInteger | GoJsonNumber {
	return value instanceof GoInteger || value instanceof GoJsonNumber;
}

interface Verb {
	readonly verb: string;
	/** How far inside lists and maps it stands. */
	readonly depth: number;
}

function formatAt(value: GoValue, at: Verb, flags: Flags): string {
	checkDepth(at.depth);
	if (value === undefined) return flags.isSource ? "interface {}(nil)" : "<nil>";
	if (value instanceof GoSlice) return formatSlice(value, at, flags);
	if (value instanceof GoMap) return formatMap(value, at, flags);
	const { verb } = at;
	if (typeof value === "object" && !isNumber(value)) {
		const own = flags.isSource ? undefined : ownText(value);
		return own === undefined ? `&${formatStruct(value, at, flags)}` : (formatText(own, verb, flags) ?? own);
	}
	return formatBasic(value, verb, flags) ?? badVerb(value, verb, flags);
}

function formatBasic(
	value: string | number | boolean | GoInteger | GoJsonNumber,
	verb: string,
	flags: Flags,
): string | undefined {
	if (typeof value === "boolean") return "tv".includes(verb) ? padded(String(value), flags) : undefined;
	if (typeof value === "number") return formatFloat(value, verb, flags);
	if (value instanceof GoInteger) {
		return formatInteger(value.value, { verb, isSigned: !value.type.startsWith("u") }, flags);
	}
	return formatText(typeof value === "string" ? value : value.text, verb, flags);
}

function formatSlice(slice: GoSlice, { verb, depth }: Verb, flags: Flags): string {
	if (isBytes(slice) && ["s", "q", "x", "X"].includes(verb)) {
		const bytes = Uint8Array.from(slice.items, (item) =>
			item instanceof GoInteger ? Number(item.value) : 0,
		);
		return formatBytes(bytes, verb, flags) ?? "";
	}
	const items = slice.items.map((item) => formatAt(item, { verb, depth: depth + 1 }, flags));
	if (!flags.isSource) return `[${joined(items, " ")}]`;
	const name = depth === 0 && verb === "v" && isBytes(slice) ? "[]byte" : typeName(slice);
	return `${name}{${joined(items, ", ")}}`;
}

function formatMap(map: GoMap, { verb, depth }: Verb, flags: Flags): string {
	const inner = { verb, depth: depth + 1 };
	const entries = sortedEntries(map).map(
		([key, item]) => `${formatAt(key, inner, flags)}:${formatAt(item, inner, flags)}`,
	);
	return flags.isSource ? `${typeName(map)}{${joined(entries, ", ")}}` : `map[${joined(entries, " ")}]`;
}

/** What a pointer points to, without the sign of a pointer. */
export function formatStruct({ type, fields }: GoStruct, { verb, depth }: Verb, flags: Flags): string {
	const hasNames = flags.hasNames || flags.isSource;
	const items = [...fields].map(([name, item]) => {
		const text = formatAt(item, { verb, depth: depth + 1 }, flags);
		return hasNames ? `${name}:${text}` : text;
	});
	return flags.isSource ? `${type.replace(/^\*/, "")}{${joined(items, ", ")}}` : `{${joined(items, " ")}}`;
}
