/** Every text and number in it. */
export function textsOf(value: unknown): string[] {
	if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsOf);
	return [String(value)];
}

/** The value as it may turn up, and each of its lines. */
function formsOf(value: string): string[] {
	return [value, ...value.split("\n")].flatMap((text) => [
		text,
		JSON.stringify(text).slice(1, -1),
		JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
		encodeURIComponent(text),
		Buffer.from(text).toString("base64").replace(/=+$/, ""),
		Buffer.from(text).toString("base64url"),
	]);
}

/** What of the planted values the text holds, in whatever form. */
export function hitsIn(text: string, planted: readonly string[]): string[] {
	return [...new Set(planted.flatMap(formsOf))].filter((form) => text.includes(form));
}
