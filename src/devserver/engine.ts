import type { X509Certificate } from "node:crypto";
import type { Core } from "./core.ts";
import type { Fields } from "./fields.ts";
import type { JsonObject } from "./json-object.ts";
import type { Lease } from "./leases/lease.ts";
import type { Mount } from "./mounts.ts";
import type { Namespace } from "./namespaces/namespace.ts";
import type { TokenEntry } from "./tokens/token-entry.ts";

/** Capabilities that a request may need; which of `create` and `update` depends on what is there. */
export type Operation = "create" | "read" | "update" | "patch" | "delete" | "list";

export interface EngineRequest {
	readonly id: string;
	readonly operation: Operation;
	/** Below the mount, without a slash in front; a list ends in one. */
	readonly path: string;
	/** Where it is served. */
	readonly namespace: Namespace;
	/** Path within the namespace. */
	readonly fullPath: string;
	readonly fields: Fields;
	/** Whose token it is; absent on open paths called without one. */
	readonly caller: TokenEntry | undefined;
	/** X-Vault-Wrap-TTL in seconds; 0 when not asked for. */
	readonly wrapSeconds: number;
	/** What the client has shown in the TLS handshake, its own certificate first; empty without TLS. */
	readonly clientChain: readonly X509Certificate[];
}

export interface EngineContext {
	readonly core: Core;
	readonly mount: Mount;
}

/** The `auth` block of a reply (https://developer.hashicorp.com/vault/api-docs/auth/token#sample-response). */
export interface AuthReply {
	readonly entry: TokenEntry;
	readonly leaseSeconds: number;
	/** For who knows the accessor alone. */
	readonly hidesToken?: boolean;
}

export interface Reply {
	/** Default 200. */
	readonly status?: number;
	/** Without it (and without `auth` and `body`) the answer has no body at all. */
	readonly data?: JsonObject | null;
	readonly auth?: AuthReply;
	/** What the data is on loan under; without it `leaseSeconds` is a hint and no more. */
	readonly lease?: Lease;
	readonly leaseSeconds?: number;
	readonly warnings?: readonly string[];
	/** Sent as it is, without the usual frame. */
	readonly body?: unknown;
	/** Sent as it is, and not as JSON. */
	readonly text?: { readonly type: string; readonly content: string };
	/** Asks for the reply to be wrapped even when the client did not (rewrap). */
	readonly wrap?: { readonly seconds: number; readonly creationPath: string; readonly response: unknown };
}

/**
 * One secrets engine or auth method, with its state, at one mount.
 *
 * A new one is a file that implements this and a row in `catalog.ts`.
 */
export interface Engine {
	/** @returns `undefined` for "nothing there": 404 on a read or list, 204 otherwise */
	handle(request: EngineRequest, context: EngineContext): Reply | undefined;
	/** Whether the path (below the mount) is served without a token; default no. */
	isOpen?(path: string): boolean;
	/** Whether the path needs the `sudo` capability too; default no. */
	needsSudo?(path: string): boolean;
	/** Tells create from update; without it every write is an update. */
	exists?(path: string): boolean;
}
