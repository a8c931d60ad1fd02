import { asObject, asText, trimSlashes, type VaultCall, type VaultReply } from "../vault/mod.ts";

/** What serves a path. */
export interface Mount {
	/** With a slash at the end. */
	readonly path: string;
	/** Its engine in Vault's words, such as `kv` or `database`. */
	readonly type: string;
	readonly isKv2: boolean;
}

/** Sends a request with the token. */
export type Ask = (call: VaultCall, signal: AbortSignal) => Promise<VaultReply>;

/** Asks which mount serves a path (developer.hashicorp.com/vault/api-docs/system/internal-ui-mounts). */
export function mountQuestion(path: string): VaultCall {
	return { method: "GET", path: `sys/internal/ui/mounts/${path}` };
}

/** The mount that an answer to {@link mountQuestion} names, if any. */
export function mountIn({ data }: VaultReply): Mount | undefined {
	const path = trimSlashes(asText(data?.["path"]));
	if (path === "") return undefined;
	const type = asText(data?.["type"]);
	const isKv2 = type === "kv" && asText(asObject(data?.["options"])?.["version"]) === "2";
	return { path: `${path}/`, type, isKv2 };
}

/** The one of the mounts that a path is on. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
	return mounts.find((mount) => `${path}/`.startsWith(mount.path));
}

/** A path on a mount as the API wants it. @param infix what KV v2 puts after the mount */
export function apiPathOn(mount: Mount, path: string, infix: "data" | "metadata"): string {
	const rest = path.slice(mount.path.length);
	// `metadata/` and `subkeys/` are read as they are: who writes them means them.
	const isWhole = !mount.isKv2 || /^(data|metadata|subkeys)(\/|$)/.test(rest);
	return isWhole ? path : `${mount.path}${infix}/${rest}`;
}
