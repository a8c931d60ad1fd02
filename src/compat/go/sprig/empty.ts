import { GoInteger, GoJsonNumber, GoMap, GoSlice, type GoValue } from "../values/values.ts";

/** Nil, and what has the zero of its type: no letters, no items, 0, false (`defaults.go` of sprig). */
export function isEmpty(value: GoValue): boolean {
	if (value instanceof GoInteger) return value.value === 0n;
	if (value instanceof GoJsonNumber) return value.text === "";
	if (value instanceof GoSlice) return value.items.length === 0;
	if (value instanceof GoMap) return value.entries.size === 0;
	return value === undefined || value === "" || value === 0 || value === false;
}
