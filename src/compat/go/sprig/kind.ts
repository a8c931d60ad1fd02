import { typeName } from "../values/types.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, GoStruct, type GoValue } from "../values/values.ts";

/** A value's type as Go's `%T` prints it. */
export function typeOf(value: GoValue): string {
	return value === undefined ? "<nil>" : typeName(value);
}

/** A value's kind as Go's `reflect` names it. */
export function kindOf(value: GoValue): string {
	if (value === undefined) return "invalid";
	if (value instanceof GoInteger) return value.type;
	if (value instanceof GoSlice) return "slice";
	if (value instanceof GoMap) return "map";
	if (value instanceof GoStruct) return "ptr";
	if (value instanceof GoJsonNumber) return "string";
	if (typeof value === "boolean") return "bool";
	return typeof value === "number" ? "float64" : "string";
}
