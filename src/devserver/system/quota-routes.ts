import { ApiError } from "../api-error.ts";
import type { Reply } from "../engine.ts";
import { listReply } from "../engines/listing.ts";
import type { Route, RouteCall } from "../routes.ts";

/** https://developer.hashicorp.com/vault/api-docs/system/rate-limit-quotas */
export const QUOTA_ROUTES: readonly Route[] = [
	{
		pattern: /^quotas\/rate-limit\/?$/,
		on: { list: ({ request, context }) => listReply(context.core.quotas.names(), request.fields) },
	},
	{
		pattern: /^quotas\/rate-limit\/(?<name>[^/]+)$/,
		on: {
			read: readQuota,
			update: writeQuota,
			delete: ({ context, params }) => context.core.quotas.remove(params["name"] ?? ""),
		},
	},
];

function writeQuota({ request, context, params }: RouteCall): undefined {
	const { fields } = request;
	const rate = fields.number("rate") ?? 0;
	if (rate <= 0) throw new ApiError(400, "'rate' is invalid");
	const path = (fields.text("path") ?? "").replace(/^\//, "");
	const mount = request.namespace.mounts.match(path);
	if (path !== "" && !mount) throw new ApiError(400, `invalid mount path "${path}/"`);
	context.core.quotas.set({
		name: params["name"] ?? "",
		path: `${path}/` === mount?.path ? mount.path : path,
		rate,
		intervalSeconds: fields.seconds("interval") || 1,
		blockSeconds: fields.seconds("block_interval") ?? 0,
	});
}

function readQuota({ context, params }: RouteCall): Reply | undefined {
	const limit = context.core.quotas.get(params["name"] ?? "");
	return (
		limit && {
			data: {
				block_interval: limit.blockSeconds,
				inheritable: limit.path === "",
				interval: limit.intervalSeconds,
				name: limit.name,
				path: limit.path,
				rate: limit.rate,
				role: "",
				type: "rate-limit",
			},
		}
	);
}
