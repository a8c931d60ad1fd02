import { GoFault } from "../values/fault.ts";
import { compareTexts, typeName } from "../values/types.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, type GoValue } from "../values/values.ts";

/** What can be compared with one another. A json.Number is a text. */
type Kind = "bool" | "int" | "uint" | "float" | "text" | undefined;

function kindOf(value: GoValue): Kind {
	if (typeof value === "boolean") return "bool";
	if (typeof value === "number") return "float";
	if (typeof value === "string" || value instanceof GoJsonNumber) return "text";
	if (value instanceof GoInteger) return value.type.startsWith("u") ? "uint" : "int";
	return undefined;
}

/** Go's `eq` of two values. @throws GoFault where they cannot be compared */
export function equal(a: GoValue, b: GoValue): boolean {
	const kind = kindOf(a);
	if (kind === undefined && kindOf(b) === undefined) return equalHolders(a, b);
	if (kind === kindOf(b) || (isInteger(a) && isInteger(b))) return comparable(a) === comparable(b);
	if (a !== undefined && b !== undefined) throw incompatible(a, b);
	return false;
}

/** Of lists, maps and pointers: there is one to be compared with nil, and a pointer with itself. */
function equalHolders(a: GoValue, b: GoValue): boolean {
	if (a === undefined || b === undefined) return a === b;
	const isComparable = !(b instanceof GoSlice) && !(b instanceof GoMap);
	if (shape(a) !== shape(b)) throw new GoFault(`non-comparable types: ${typeName(a)}, ${typeName(b)}`);
	if (!isComparable) throw new GoFault(`non-comparable type: ${typeName(b)}`);
	return a === b;
}

function shape(value: GoValue): string {
	return value instanceof GoSlice ? "slice" : value instanceof GoMap ? "map" : "pointer";
}

/** Go's `lt` of two values. @throws GoFault where they have no order */
export function less(a: GoValue, b: GoValue): boolean {
	const kind = kindOf(a);
	const other = kindOf(b);
	if (kind === undefined || other === undefined) throw new GoFault("invalid type for comparison");
	if (kind !== other && !(isInteger(a) && isInteger(b))) throw incompatible(a, b);
	if (kind === "bool") throw new GoFault("invalid type for comparison");
	const [first, second] = [comparable(a), comparable(b)];
	if (typeof first === "string" && typeof second === "string") return compareTexts(first, second) < 0;
	return Number.isNaN(first) || Number.isNaN(second) ? false : first < second;
}

function isInteger(value: GoValue): boolean {
	return value instanceof GoInteger;
}

function comparable(value: GoValue): string | number | bigint | boolean {
	if (value instanceof GoInteger) return value.value;
	if (value instanceof GoJsonNumber) return value.text;
	return typeof value === "object" || value === undefined ? "" : value;
}

function incompatible(a: GoValue, b: GoValue): GoFault {
	return new GoFault(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}
