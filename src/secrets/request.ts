/** One thing to read: equal requests have equal keys and are read once. */
export interface SecretRequest {
	/** `read` one secret, or `list` the names below a path. */
	readonly kind: "read" | "list";
	/** As the user wrote it, without slashes at the ends and without `?version=`. */
	readonly path: string;
	/** Pinned KV v2 version; it is never polled. */
	readonly version?: number;
}

/** Identity of a request. */
export function requestKey(request: SecretRequest): string {
	const version = request.version === undefined ? "" : `?version=${request.version}`;
	return `${request.kind === "list" ? "list " : ""}${request.path}${version}`;
}
