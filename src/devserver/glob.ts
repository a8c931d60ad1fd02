/** Whether the whole text is like the pattern, where `*` stands for any text, dots and slashes included. */
export function matchesGlob(pattern: string, text: string): boolean {
	const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
	return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
