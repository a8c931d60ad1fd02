import { Acl } from "../policies/acl.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";
import type { Namespace } from "./namespace.ts";

/**
 * What a token may do in a namespace: its policies are those of its own namespace, and their paths begin there,
 * so that they reach namespaces below it by path and no other at all.
 */
export function aclOf(token: TokenEntry, namespace: Namespace): Acl {
	const own = token.namespace;
	if (!namespace.path.startsWith(own.path)) return new Acl([]);
	return own.policies.acl(token.policies, namespace.path.slice(own.path.length));
}
