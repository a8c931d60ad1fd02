import { createHmac, randomBytes } from "node:crypto";
import type { JsonValue } from "../kernel/mod.ts";

/** Stands for "the KV v2 version before the current one". */
export const PREVIOUS = -1;

/** One thing to read: equal requests have equal keys and are read once. */
export interface SecretRequest {
	/** `read` one secret, or `list` the names below a path. */
	readonly kind: "read" | "list";
	/** As the user wrote it, without slashes at the ends and without `?version=`. */
	readonly path: string;
	/** Pinned KV v2 version, which is never polled; or {@link PREVIOUS}. */
	readonly version?: number;
	/** Given, it is a write that answers (`pki/issue/x`): made once per lease, never per poll. */
	readonly parameters?: Readonly<Record<string, JsonValue>>;
}

/** Keys go into logs, and a short password could be guessed from its plain hash. */
const SALT = randomBytes(16);

/** Identity of a request, fit to be shown: of parameters it tells the names and a print that is good for this process. */
export function requestKey({ kind, path, version, parameters }: SecretRequest): string {
	const list = kind === "list" ? "list " : "";
	const pinned = version === undefined ? "" : `?version=${version}`;
	return `${list}${path}${pinned}${parameters === undefined ? "" : ` ${wordOf(parameters)}`}`;
}

function wordOf(parameters: Readonly<Record<string, JsonValue>>): string {
	const names = Object.keys(parameters).toSorted();
	const canonical = JSON.stringify(names.map((name) => [name, parameters[name]]));
	const print = createHmac("sha256", SALT).update(canonical).digest("hex").slice(0, 16);
	return `(${names.join(", ")}; ${print})`;
}
