import { ApiError } from "../api-error.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";
import type { Namespace } from "./namespace.ts";
import type { NamespaceTree } from "./namespace-tree.ts";

/** The real server sends these home to the token's own namespace: they mean nothing in another. */
const OWN_NAMESPACE = /^(auth\/token\/(lookup|renew|revoke)-self|sys\/wrapping\/(lookup|unwrap|rewrap))$/;

/** About the server as a whole, so that only the root namespace may ask. */
const ROOT_ONLY = /^sys\/(health|init|seal|unseal|quotas\/rate-limit)(\/.*)?$/;

/** Those of them that are refused for the header alone, whatever it names. */
const UNAVAILABLE = /^sys\/(health|init|seal|unseal)(\/.*)?$/;

export interface Place {
	readonly namespace: Namespace;
	/** Within the namespace. */
	readonly path: string;
}

/** The path that header and path name together, before anything is known of either. @throws ApiError 400 */
export function joinedPath({ namespace, path }: { namespace: string; path: string }): string {
	if (namespace !== "" && UNAVAILABLE.test(path)) {
		throw new ApiError(400, "operation unavailable in namespaces");
	}
	return `${withSlash(namespace)}${path}`;
}

/**
 * Where a request is served.
 *
 * @throws ApiError 404 when the header names no namespace; in a path it is just a path then
 */
export function findPlace(tree: NamespaceTree, header: string, path: string): Place {
	const named = tree.get(withSlash(header));
	if (!named) throw new ApiError(404, "namespace not found");
	const place = tree.descend(named, path);
	if (place.namespace !== tree.root && ROOT_ONLY.test(place.path)) {
		throw new ApiError(400, "operation only available in root namespace");
	}
	return place;
}

export function sendHome(place: Place, caller: TokenEntry | undefined): Place {
	return caller && OWN_NAMESPACE.test(place.path) ? { ...place, namespace: caller.namespace } : place;
}

/** `/team-a/` and `team-a` are `team-a/`; `root` is the empty path. */
function withSlash(header: string): string {
	const name = header.replaceAll(/\/{2,}/g, "/").replaceAll(/^\/|\/$/g, "");
	return name === "" || name === "root" ? "" : `${name}/`;
}
