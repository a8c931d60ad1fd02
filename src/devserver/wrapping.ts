import type { Core } from "./core.ts";
import type { EngineRequest } from "./engine.ts";
import { rfc3339 } from "./go-time.ts";
import { WRAPPING_POLICY_NAME } from "./policies/policy-store.ts";
import { PLAIN_TOKEN } from "./tokens/token-entry.ts";

/** Wraps that the client asked for by header, or a rewrap with its own terms. */
export interface WrapOrder {
	readonly seconds: number;
	readonly creationPath: string;
	/** The whole body that the client would have got. */
	readonly response: unknown;
	/** Accessor of the token or secret id inside, when there is one. */
	readonly wrappedAccessor: string;
}

/**
 * Keeps the answer behind a token that opens it once, and gives what the client gets instead
 * (https://developer.hashicorp.com/vault/docs/concepts/response-wrapping).
 */
export function wrapResponse(core: Core, request: EngineRequest, order: WrapOrder): unknown {
	const creationTime = core.clock.now();
	const entry = core.tokens.create({
		...PLAIN_TOKEN,
		namespace: request.namespace,
		policies: [WRAPPING_POLICY_NAME],
		path: request.fullPath,
		displayName: request.caller?.displayName ?? "",
		ttl: order.seconds,
		explicitMaxTtl: order.seconds,
		numUses: 1,
		wrapped: { body: order.response, creationPath: order.creationPath, creationTime, seconds: order.seconds },
	});
	return {
		request_id: "",
		lease_id: "",
		renewable: false,
		lease_duration: 0,
		data: null,
		wrap_info: {
			token: entry.id,
			accessor: entry.accessor,
			ttl: order.seconds,
			creation_time: rfc3339(creationTime),
			creation_path: order.creationPath,
			...(order.wrappedAccessor === "" ? {} : { wrapped_accessor: order.wrappedAccessor }),
		},
		warnings: null,
		auth: null,
	};
}
