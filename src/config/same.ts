import { Secret } from "../kernel/mod.ts";

/** Whether two parts of a config say the same. Secrets are compared and never shown. */
export function isSameSetting(a: unknown, b: unknown): boolean {
	if (a instanceof Secret || b instanceof Secret)
		return a instanceof Secret && b instanceof Secret && a.equals(b);
	if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
	const [left, right] = [entriesOf(a), entriesOf(b)];
	return (
		Array.isArray(a) === Array.isArray(b) &&
		left.size === right.size &&
		[...left].every(([key, value]) => right.has(key) && isSameSetting(value, right.get(key)))
	);
}

function entriesOf(value: object): ReadonlyMap<string, unknown> {
	return new Map(Object.entries(value));
}
