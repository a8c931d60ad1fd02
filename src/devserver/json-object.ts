import { JsonNumber, type JsonValue } from "../kernel/mod.ts";

export type JsonObject = { readonly [key: string]: JsonValue };

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
	return (
		typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
	);
}

/** A scalar as text, anything else as JSON. */
export function asText(value: JsonValue): string {
	if (value === null) return "";
	const isScalar = typeof value !== "object" || value instanceof JsonNumber;
	return isScalar ? value.toString() : JSON.stringify(value);
}

/** A map of texts, as the API wants it for metadata and options. */
export function asTexts(map: JsonObject): Record<string, string> {
	return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, asText(value)]));
}

/** Keys in order at every level: the real server's maps come out sorted, and templates that walk them depend on it. */
export function sortKeys(value: JsonValue): JsonValue {
	if (Array.isArray(value)) return (value as readonly JsonValue[]).map(sortKeys);
	if (!isJsonObject(value)) return value;
	const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(sorted.map(([key, inner]) => [key, sortKeys(inner)]));
}

/** JSON merge patch (RFC 7396): null removes, objects merge, all else replaces. */
export function mergePatch(target: JsonValue, patch: JsonValue): JsonValue {
	if (!isJsonObject(patch)) return patch;
	const merged = new Map(Object.entries(isJsonObject(target) ? target : {}));
	for (const [key, value] of Object.entries(patch)) {
		if (value === null) merged.delete(key);
		else merged.set(key, mergePatch(merged.get(key) ?? null, value));
	}
	return Object.fromEntries(merged);
}
