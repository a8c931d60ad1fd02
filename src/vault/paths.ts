/**
 * A Vault API path as it goes into a URL.
 *
 * Segments are escaped one by one, because node-vault passes `#`, `?` and blanks on as they are.
 *
 * @param path such as `secret/data/llm/openai`; slashes at the ends do not matter
 * @throws RangeError for a path with empty, `.` or `..` segments: a URL parser would walk elsewhere
 */
export function encodePath(path: string, query: Readonly<Record<string, string>> = {}): string {
	const segments = trimSlashes(path).split("/");
	if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
		throw new RangeError(
			`Cannot use "${path}" as a Vault path: empty, "." and ".." segments are not allowed`,
		);
	}
	const parameters = new URLSearchParams(query).toString();
	return segments.map(encodeURIComponent).join("/") + (parameters === "" ? "" : `?${parameters}`);
}

/** `auth/approle/` and `/auth/approle` are `auth/approle`. */
export function trimSlashes(path: string): string {
	return path.replaceAll(/^\/+|\/+$/g, "");
}
