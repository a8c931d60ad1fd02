import type { AgentError, JsonValue } from "../kernel/mod.ts";

/** Stands for "the version before the current one". */
export const PREVIOUS = -1;

/** A request for a secret, as a template makes it. */
export interface TemplateRequest {
	readonly kind: "read" | "list";
	/** Without slashes at the ends. */
	readonly path: string;
	/** A pinned version, or {@link PREVIOUS}. */
	readonly version?: number;
	/** Given, it is a write that answers; in a dry pass a value that is computed stands as `null`. */
	readonly parameters?: Readonly<Record<string, JsonValue>>;
}

/** A secret as templates see it; the names in capitals are Vault Agent's. */
export interface TemplateSecret {
	readonly path: string;
	readonly version?: number;
	/** The secret's own fields, for KV v2 those of `data.data`. */
	readonly fields: { readonly [name: string]: JsonValue };
	readonly Data: { readonly [name: string]: JsonValue };
	readonly LeaseID: string;
	/** Seconds. */
	readonly LeaseDuration: number;
	readonly Renewable: boolean;
	/** Of the reply that it came with. */
	readonly requestId?: string;
	/** The token that a write made, in Vault's words. */
	readonly auth?: { readonly [name: string]: JsonValue };
}

/** What a request brought. */
export type Found =
	| { readonly kind: "secret"; readonly secret: TemplateSecret }
	| { readonly kind: "names"; readonly names: readonly string[] }
	/** Not read yet: the pass goes on and names everything else that it lacks. */
	| { readonly kind: "pending" }
	/** There is nothing to read; an `{{else}}` may handle it. */
	| { readonly kind: "absent"; readonly path: string; readonly reason: string; readonly version?: number }
	| { readonly kind: "failed"; readonly error: AgentError };

/** One address of an interface of this machine. */
export interface NetworkAddress {
	readonly address: string;
	/** `IPv4` or `IPv6`. */
	readonly family: string;
	/** It is the machine's own and reached from nowhere else. */
	readonly internal: boolean;
}

/** Everything that a template can see. The room itself does no I/O. */
export interface TemplateInputs {
	readonly lookup: (request: TemplateRequest) => Found;
	readonly env: (name: string) => string | undefined;
	/** Throws when the file cannot be read, or lies outside of the roots, where there are any. */
	readonly readFile: (path: string, roots: readonly string[]) => string;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** Addresses of this machine by name of the interface, as `os.networkInterfaces()` has them. Default none. */
	readonly interfaces?: () => Readonly<Record<string, readonly NetworkAddress[]>>;
	/** Whether the child has a private port, so that `{{port}}` has a meaning. Default false. */
	readonly hasPort?: boolean;
}
