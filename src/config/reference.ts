import { printable } from "../kernel/mod.ts";
import type { Reference } from "./config.ts";
import { ConfigError } from "./errors.ts";

const EXAMPLE = "secret/data/llm/openai#api_key";

/** In a variable's value `vault:` says "what follows is a reference"; elsewhere it is allowed and means nothing. */
const PREFIX = "vault:";

/**
 * Reads `path#field` or `path?version=3#field`; slashes at the ends of the path do not count.
 *
 * @throws ConfigError that says what is wrong, without the text: a key pasted in its place must not be shown
 */
export function parseReference(text: string): Reference {
	const result = readReference(text);
	if (typeof result === "string") throw new ConfigError([{ place: "", message: result }]);
	return result;
}

/** The reference, or the sentence that says what is wrong with it. */
export function readReference(text: string): Reference | string {
	const hash = text.indexOf("#");
	if (hash < 0) return `expected a reference such as ${EXAMPLE}: a path, "#" and the name of a field`;
	const field = text.slice(hash + 1).trim();
	const [path = "", query, ...more] = text.slice(0, hash).trim().replace(PREFIX, "").split("?");
	const version = query?.match(/^version=([1-9]\d*|-1)$/)?.[1];
	if (field === "") return `the reference names no field after "#"; write it as in ${EXAMPLE}`;
	if (trimSlashes(path) === "") return `the reference names no path before "#"; write it as in ${EXAMPLE}`;
	const fault = pathFault(path);
	if (fault !== undefined) return fault;
	if (more.length > 0 || (query !== undefined && version === undefined)) {
		return 'after "?" a reference takes only version=N, a whole number from 1, or -1 for the one before the current one, as in secret/data/a?version=3#key';
	}
	return { path: trimSlashes(path), field, ...(version === undefined ? {} : { version: Number(version) }) };
}

/** The sentence that says what is wrong with a path in Vault, without quoting it; nothing when it can be one. */
export function pathFault(text: string): string | undefined {
	const path = trimSlashes(text.split("?")[0] ?? "");
	if (path.split("/").some((segment) => segment === "" || segment === "." || segment === ".."))
		return 'a path in Vault has no empty, "." or ".." parts';
	return printable(path) === path ? undefined : "a path in Vault has no characters that cannot be printed";
}

/**
 * True for a variable's value that was meant to be resolved, as far as can be told, and names no field: it would reach
 * the child as it stands. `vault:8200` and `vault://…` are addresses.
 */
export function isHalfReference(value: string): boolean {
	return /^vault:[^/#\s][^#\s]*\/[^#\s]*$/.test(value);
}

/** `/a/b/` names the same place in Vault as `a/b`. */
export function trimSlashes(path: string): string {
	return path.trim().replaceAll(/^\/+|\/+$/g, "");
}

/** True for a variable's value that asks to be resolved; `vault:8200`, a host and port, does not. */
export function isReferenceValue(value: string): boolean {
	return value.startsWith(PREFIX) && value.includes("#");
}
