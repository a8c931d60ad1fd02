import { noPath } from "./errors.ts";

/**
 * A Vault API path as it goes into a URL.
 *
 * Segments are escaped one by one, because node-vault passes `#`, `?` and blanks on as they are.
 *
 * @param path such as `secret/data/llm/openai`; slashes at the ends do not matter
 * @throws VaultError for a path with empty, `.` or `..` segments: a URL parser would walk elsewhere; and for half a character
 */
export function encodePath(path: string, query: Readonly<Record<string, string>> = {}): string {
	const segments = trimSlashes(path).split("/");
	const isOdd = segments.some((segment) => segment === "" || segment === "." || segment === "..");
	if (isOdd || !path.isWellFormed()) throw noPath(path);
	const parameters = new URLSearchParams(query).toString();
	return segments.map(encodeURIComponent).join("/") + (parameters === "" ? "" : `?${parameters}`);
}

/** `auth/approle/` and `/auth/approle` are `auth/approle`. */
export function trimSlashes(path: string): string {
	return path.replaceAll(/^\/+|\/+$/g, "");
}
