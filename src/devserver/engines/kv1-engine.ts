import { ApiError, unsupportedOperation } from "../api-error.ts";
import type { Engine, EngineRequest, Reply } from "../engine.ts";
import { parseGoDuration } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import { SYSTEM_TTL_SECONDS } from "../ttl.ts";
import { listBelow, listReply } from "./listing.ts";

/** KV version 1: values without history (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1). */
export class Kv1Engine implements Engine {
	readonly #secrets = new Map<string, JsonObject>();

	exists(path: string): boolean {
		return this.#secrets.has(path);
	}

	handle(request: EngineRequest): Reply | undefined {
		switch (request.operation) {
			case "read":
				return this.#read(request.path);
			case "list":
				return listReply(listBelow(this.#secrets.keys(), request.path), request.fields);
			case "create":
			case "update":
				if (request.path === "") throw new ApiError(400, "missing path");
				if (Object.keys(request.fields.all).length === 0) throw new ApiError(400, "missing data fields");
				this.#secrets.set(request.path, request.fields.all);
				return undefined;
			case "delete":
				this.#secrets.delete(request.path);
				return undefined;
			case "patch":
				throw unsupportedOperation();
			default:
				return request.operation satisfies never;
		}
	}

	#read(path: string): Reply | undefined {
		const data = this.#secrets.get(path);
		return data && { data, leaseSeconds: leaseSeconds(data) };
	}
}

/** A hint for readers when to look again, from the secret's own `ttl` field; there is no lease. */
function leaseSeconds(data: JsonObject): number {
	const ttl = data["ttl"] ?? data["lease"];
	const ms = typeof ttl === "string" || typeof ttl === "number" ? parseGoDuration(String(ttl)) : undefined;
	return ms === undefined ? SYSTEM_TTL_SECONDS : Math.trunc(ms / 1000);
}
