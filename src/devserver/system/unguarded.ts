import { ApiError } from "../api-error.ts";
import type { Core } from "../core.ts";
import type { Fields } from "../fields.ts";
import { health, sealStatus } from "./health.ts";

export interface UnguardedCall {
	readonly method: string;
	readonly path: string;
	readonly query: URLSearchParams;
	/** Read on demand: most of these take no body. */
	readonly fields: () => Fields;
}

/** Endpoints that answer without a token, sealed or not; `undefined` when the path is none of them. */
export function unguarded(core: Core, call: UnguardedCall): { status: number; body: unknown } | undefined {
	const isRead = call.method === "GET" || call.method === "HEAD";
	const isWrite = call.method === "PUT" || call.method === "POST";
	switch (call.path) {
		case "sys/health":
			if (!isRead) throw new ApiError(405);
			return health(core, call.query);
		case "sys/seal-status":
			if (!isRead) throw new ApiError(405);
			return { status: 200, body: sealStatus(core) };
		case "sys/init":
			if (!isRead) throw new ApiError(400, "Vault is already initialized");
			return { status: 200, body: { initialized: true } };
		case "sys/leader":
			return { status: 200, body: leader(core) };
		case "sys/seal":
			if (!isWrite) throw new ApiError(405);
			return undefined;
		case "sys/unseal":
			if (!isWrite) throw new ApiError(405);
			return { status: 200, body: unseal(core, call.fields()) };
		default:
			return undefined;
	}
}

/** https://developer.hashicorp.com/vault/api-docs/system/unseal */
function unseal(core: Core, fields: Fields): unknown {
	const key = fields.text("key") ?? "";
	if (fields.flag("reset") === true) {
		if (!core.seal.isSealed) throw new ApiError(400, "vault is unsealed");
		return sealStatus(core);
	}
	if (key === "") {
		throw new ApiError(400, "'key' must be specified in request body as JSON, or 'reset' set to true");
	}
	if (core.seal.isSealed && !core.seal.unseal(key)) throw new ApiError(400, "invalid key");
	return sealStatus(core);
}

function leader(core: Core): unknown {
	if (core.seal.isSealed) throw new ApiError(503, "Vault is sealed");
	return { ha_enabled: false };
}
