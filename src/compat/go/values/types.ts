import {
	GoInteger,
	GoJsonNumber,
	GoMap,
	GoSlice,
	GoStruct,
	type GoValue,
	type ParameterType,
} from "./values.ts";

/** The type of a value as Go writes it; a nil has none. */
export function typeName(value: GoValue): string {
	if (value === undefined) return "nil";
	if (typeof value === "boolean") return "bool";
	if (typeof value === "number") return "float64";
	if (typeof value === "string") return "string";
	if (value instanceof GoInteger) return value.type;
	if (value instanceof GoJsonNumber) return "json.Number";
	if (value instanceof GoSlice) return `[]${value.elementType}`;
	return value instanceof GoMap ? `map[string]${value.valueType}` : value.type;
}

const WRITTEN: Partial<Record<ParameterType, string>> = {
	any: "interface {}",
	"[]any": "[]interface {}",
	"map[string]any": "map[string]interface {}",
	map: "map[string]interface {}",
};

/** The type of a parameter as Go writes it. */
export function parameterName(type: ParameterType): string {
	return WRITTEN[type] ?? type;
}

/** Whether a value can be given for a parameter. */
export function isAssignable(value: GoValue, type: ParameterType): boolean {
	if (type === "any") return true;
	if (type === "map") return value instanceof GoMap;
	return value !== undefined && typeName(value) === parameterName(type);
}

/** What a nil becomes for a parameter; `undefined` where it cannot be one. */
export function nilFor(type: ParameterType): { readonly value: GoValue } | undefined {
	switch (type) {
		case "any":
			return { value: undefined };
		case "[]any":
			return { value: new GoSlice("interface {}", []) };
		case "[]string":
			return { value: new GoSlice("string", []) };
		case "map":
		case "map[string]any":
			return { value: new GoMap("interface {}", new Map()) };
		default:
			return undefined;
	}
}

/** Go's sense of true: not the zero of its type. A pointer that is there is true. */
export function isTrue(value: GoValue): boolean {
	if (value === undefined) return false;
	if (typeof value === "string") return value !== "";
	if (value instanceof GoInteger) return value.value !== 0n;
	if (value instanceof GoJsonNumber) return value.text !== "";
	if (value instanceof GoSlice) return value.items.length > 0;
	if (value instanceof GoMap) return value.entries.size > 0;
	if (value instanceof GoStruct) return true;
	return typeof value === "number" ? value !== 0 : value;
}

/** Units from here on may be halves of letters, whose order is another than that of the letters. */
const HALVES = 0xd800;

/** The order of Go's strings: of their bytes, which is the one of the letters' numbers. */
export function compareTexts(a: string, b: string): number {
	if (a === b) return 0;
	let at = 0;
	while (a.charCodeAt(at) === b.charCodeAt(at)) at++; // there is a difference, or an end, which equals nothing
	const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
	if (one >= HALVES && other >= HALVES) return Buffer.compare(Buffer.from(a), Buffer.from(b));
	return Number.isNaN(one) || one < other ? -1 : 1;
}

/** The entries of a map in the order of its keys, as Go walks and prints them. */
export function sortedEntries(map: GoMap): [key: string, value: GoValue][] {
	return [...map.entries].toSorted(([a], [b]) => compareTexts(a, b));
}

/** The text of what says it itself, to people (`fmt.Stringer`) and in documents (`encoding.TextMarshaler`). */
export function ownText({ methods }: GoStruct): string | undefined {
	const text = methods.get("String")?.run([]);
	return typeof text === "string" ? text : undefined;
}

/** The zero of a type, which Go gives for a key that a map of such values has not. */
export function zeroOf(type: string): GoValue {
	switch (type) {
		case "string":
			return "";
		case "bool":
			return false;
		case "float64":
			return 0;
		case "int":
		case "int64":
			return new GoInteger(type, 0n);
		default:
			return undefined;
	}
}
