import { checkDepth } from "../values/bounds.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, type GoValue } from "../values/values.ts";

/**
 * Go's `reflect.DeepEqual`: of one type, and equal in all parts.
 *
 * @throws GoFault for values that have no end
 */
export function isDeepEqual(a: GoValue, b: GoValue, depth = 0): boolean {
	checkDepth(depth);
	if (a instanceof GoInteger) return b instanceof GoInteger && a.type === b.type && a.value === b.value;
	if (a instanceof GoJsonNumber) return b instanceof GoJsonNumber && a.text === b.text;
	if (a instanceof GoSlice) return b instanceof GoSlice && areSlicesEqual(a, b, depth + 1);
	if (a instanceof GoMap) return b instanceof GoMap && areMapsEqual(a, b, depth + 1);
	return a === b;
}

/** A value that holds no others, as a text that is the same for equal ones alone; `undefined` for any other. */
export function spelledPlain(value: GoValue): string | undefined {
	if (value instanceof GoInteger) return `${value.type} ${value.value}`;
	if (value instanceof GoJsonNumber) return `json ${value.text}`;
	if (typeof value === "object" || Number.isNaN(value)) return undefined;
	return `${typeof value} ${value}`;
}

function areSlicesEqual(a: GoSlice, b: GoSlice, depth: number): boolean {
	return (
		a.elementType === b.elementType &&
		a.items.length === b.items.length &&
		a.items.every((item, index) => isDeepEqual(item, b.items[index], depth))
	);
}

function areMapsEqual(a: GoMap, b: GoMap, depth: number): boolean {
	return (
		a.valueType === b.valueType &&
		a.entries.size === b.entries.size &&
		[...a.entries].every(
			([key, value]) => b.entries.has(key) && isDeepEqual(value, b.entries.get(key), depth),
		)
	);
}
