import { checkDepth } from "../values/bounds.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, type GoValue } from "../values/values.ts";

/**
 * Puts into a map what another has, maps within them alike. What is there already stays unless it is empty; when it is
 * overridden, everything goes over it but nil over nothing, and lists as a whole (dario.cat/mergo, `Map`).
 */
export function mergeInto(
	into: GoMap,
	from: GoMap,
	options: { readonly isOverriding: boolean; readonly depth?: number },
): void {
	const { isOverriding, depth = 0 } = options;
	checkDepth(depth);
	for (const [key, value] of from.entries) {
		const held = into.entries.get(key);
		if (value instanceof GoMap && held instanceof GoMap && held !== value) {
			mergeInto(held, value, { isOverriding, depth: depth + 1 });
			if (isEmpty(held)) into.put(key, value);
		} else if (isOverriding || (value !== undefined && isEmpty(held))) {
			into.put(key, value);
		}
	}
}

function isEmpty(value: GoValue): boolean {
	if (value instanceof GoSlice) return value.items.length === 0;
	if (value instanceof GoMap) return value.entries.size === 0;
	if (value instanceof GoInteger) return value.value === 0n;
	if (value instanceof GoJsonNumber) return value.text === "";
	return value === undefined || value === "" || value === 0 || value === false;
}
