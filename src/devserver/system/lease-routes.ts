import { ApiError } from "../api-error.ts";
import type { Reply } from "../engine.ts";
import { listBelow, listReply } from "../engines/listing.ts";
import { rfc3339 } from "../go-time.ts";
import type { Route, RouteCall } from "../routes.ts";

/** `sys/leases` (https://developer.hashicorp.com/vault/api-docs/system/leases), and `sys/renew` and so on from before there was a folder. */
export const LEASE_ROUTES: readonly Route[] = [
	{ pattern: /^leases\/lookup$/, on: { update: lookup } },
	{ pattern: /^leases\/lookup\/(?<prefix>.*)$/, on: { list } },
	{ pattern: /^(leases\/)?renew(\/(?<id>.+))?$/, on: { update: renew } },
	{ pattern: /^(leases\/)?revoke(\/(?<id>.+))?$/, on: { update: revoke } },
	{ pattern: /^(leases\/)?revoke-(prefix|force)\/(?<prefix>.+)$/, on: { update: revokePrefix } },
];

function namedId({ request, params }: RouteCall): string {
	const id = request.fields.text("lease_id") || params["id"] || "";
	if (id === "") throw new ApiError(400, "lease_id must be specified");
	return id;
}

function lookup(call: RouteCall): Reply {
	const { leases, clock } = call.context.core;
	const lease = leases.lookup(namedId(call));
	if (!lease) throw new ApiError(400, "invalid lease");
	return {
		data: {
			expire_time: rfc3339(lease.expiresAt),
			id: lease.id,
			issue_time: rfc3339(lease.issuedAt),
			last_renewal: lease.renewedAt === undefined ? null : rfc3339(lease.renewedAt),
			path: lease.path,
			renewable: lease.renewTerms !== undefined,
			ttl: Math.trunc((lease.expiresAt - Math.round(clock.now() / 1000) * 1000) / 1000),
		},
	};
}

/** Leases of tokens are not kept as such, so that nothing stands below `auth/`. */
function list({ request, context, params }: RouteCall): Reply {
	const ids = context.core.leases.ids(request.namespace);
	return listReply(listBelow(ids, params["prefix"] ?? ""), request.fields);
}

function renew(call: RouteCall): Reply {
	const { fields } = call.request;
	const increment = fields.seconds("increment") ?? 0;
	if (increment < 0) {
		const complaint = `cannot provide negative value '${increment}'`;
		const what = `error converting input for field "increment": ${complaint}`;
		throw new ApiError(400, `Field validation failed: ${what}`);
	}
	return { data: null, ...call.context.core.leases.renew(namedId(call), increment) };
}

/** One that is gone already is as good as revoked. */
function revoke(call: RouteCall): undefined {
	call.context.core.leases.revoke(namedId(call));
}

/** By force or not is the same here: there is no database that could refuse. */
function revokePrefix({ request, context, params }: RouteCall): undefined {
	const prefix = params["prefix"] ?? "";
	context.core.leases.revoke(prefix);
	context.core.leases.revokePrefix(request.namespace, `${prefix}/`);
}
