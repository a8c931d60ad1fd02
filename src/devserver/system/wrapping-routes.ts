import { ApiError } from "../api-error.ts";
import type { Reply } from "../engine.ts";
import { rfc3339 } from "../go-time.ts";
import type { Route, RouteCall } from "../routes.ts";
import type { WrappedResponse } from "../tokens/token-entry.ts";

/** Response wrapping (https://developer.hashicorp.com/vault/api-docs/system/wrapping-wrap and its neighbours). */
export const WRAPPING_ROUTES: readonly Route[] = [
	{ pattern: /^wrapping\/wrap$/, on: { update: wrap } },
	{ pattern: /^wrapping\/lookup$/, on: { update: lookup, read: lookup } },
	{ pattern: /^wrapping\/unwrap$/, on: { update: unwrap } },
	{ pattern: /^wrapping\/rewrap$/, on: { update: rewrap } },
];

function wrap({ request }: RouteCall): Reply {
	if (request.wrapSeconds === 0) throw new ApiError(400, "endpoint requires response wrapping to be used");
	return { data: request.fields.all };
}

function lookup(call: RouteCall): Reply {
	const { wrapped } = find(call);
	return {
		data: {
			creation_path: wrapped.creationPath,
			creation_time: rfc3339(wrapped.creationTime),
			creation_ttl: wrapped.seconds,
		},
	};
}

function unwrap(call: RouteCall): Reply {
	const { id, wrapped } = find(call);
	call.context.core.tokens.revoke(id);
	return { body: wrapped.body };
}

function rewrap(call: RouteCall): Reply {
	const { id, wrapped } = find(call);
	call.context.core.tokens.revoke(id);
	const { seconds, creationPath, body } = wrapped;
	return { data: null, wrap: { seconds, creationPath, response: body } };
}

/** The wrapping token is the one in the body or, without it, the caller's own. */
function find({ request, context }: RouteCall): { id: string; wrapped: WrappedResponse } {
	const given = request.fields.text("token");
	const entry = given === undefined ? request.caller : context.core.tokens.lookup(given);
	if (!entry?.wrapped) throw new ApiError(400, "wrapping token is not valid or does not exist");
	return { id: entry.id, wrapped: entry.wrapped };
}
