import { GoInteger, GoJsonNumber, GoMap, GoSlice, type GoValue } from "../values/values.ts";

/** Go's `reflect.DeepEqual`: of one type, and equal in all parts. */
export function isDeepEqual(a: GoValue, b: GoValue): boolean {
	if (a instanceof GoInteger) return b instanceof GoInteger && a.type === b.type && a.value === b.value;
	if (a instanceof GoJsonNumber) return b instanceof GoJsonNumber && a.text === b.text;
	if (a instanceof GoSlice) return b instanceof GoSlice && areSlicesEqual(a, b);
	if (a instanceof GoMap) return b instanceof GoMap && areMapsEqual(a, b);
	return a === b;
}

function areSlicesEqual(a: GoSlice, b: GoSlice): boolean {
	return (
		a.elementType === b.elementType &&
		a.items.length === b.items.length &&
		a.items.every((item, index) => isDeepEqual(item, b.items[index]))
	);
}

function areMapsEqual(a: GoMap, b: GoMap): boolean {
	return (
		a.valueType === b.valueType &&
		a.entries.size === b.entries.size &&
		[...a.entries].every(([key, value]) => b.entries.has(key) && isDeepEqual(value, b.entries.get(key)))
	);
}
