import type { MountTable } from "../mounts.ts";
import type { PolicyStore } from "../policies/policy-store.ts";

/** A server within the server: mounts, policies and tokens of its own (https://openbao.org/docs/concepts/namespaces/). */
export interface Namespace {
	/** `root`, or what stands at the end of the ids of its tokens. */
	readonly id: string;
	readonly uuid: string;
	/** Empty for the root; `team-a/sub/` for one below it. */
	readonly path: string;
	readonly mounts: MountTable;
	readonly policies: PolicyStore;
	customMetadata: Readonly<Record<string, string>>;
}

/** Puts the namespace's mark on an id, as the real server does: `hvs.….VUmWwV`. */
export function markedId(id: string, namespace: Namespace): string {
	return namespace.path === "" ? id : `${id}.${namespace.id}`;
}
