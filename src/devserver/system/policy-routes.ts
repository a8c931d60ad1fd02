import { ApiError } from "../api-error.ts";
import type { Reply } from "../engine.ts";
import { listReply } from "../engines/listing.ts";
import { aclOf } from "../namespaces/access.ts";
import type { Route, RouteCall } from "../routes.ts";

/** Policies under both names (https://developer.hashicorp.com/vault/api-docs/system/policy, …/policies), and what they allow. */
export const POLICY_ROUTES: readonly Route[] = [
	{ pattern: /^policy\/?$/, on: { read: listOld, list: listOld } },
	{
		pattern: /^policies\/acl\/?$/,
		on: { list: ({ request }) => listReply(request.namespace.policies.names(), request.fields) },
	},
	{
		pattern: /^(?<old>policy|policies\/acl)\/(?<name>.+)$/,
		on: {
			read: readPolicy,
			update: writePolicy,
			delete: ({ request, params }) => request.namespace.policies.remove(params["name"] ?? ""),
		},
	},
	{
		pattern: /^capabilities-self$/,
		on: { update: (call) => capabilities(call, call.request.caller?.id ?? "") },
	},
	{
		pattern: /^capabilities$/,
		on: { update: (call) => capabilities(call, call.request.fields.text("token") ?? "") },
	},
	{ pattern: /^capabilities-accessor$/, on: { update: capabilitiesOfAccessor } },
];

function listOld({ request }: RouteCall): Reply {
	const names = request.namespace.policies.names();
	return { data: { keys: names, policies: names } };
}

function readPolicy({ request, params }: RouteCall): Reply | undefined {
	const policy = request.namespace.policies.get(params["name"] ?? "");
	if (!policy) return undefined;
	const text = params["old"] === "policy" ? { rules: policy.text } : { policy: policy.text };
	return { data: { name: policy.name, ...text } };
}

function writePolicy({ request, params }: RouteCall): Reply | undefined {
	const name = params["name"] ?? "";
	const rules = params["old"] === "policy" ? request.fields.text("rules") : undefined;
	const text = request.fields.text("policy") ?? rules ?? "";
	if (text === "") throw new ApiError(400, "'policy' parameter not supplied or empty");
	request.namespace.policies.write(name, fromBase64(text));
	const warnings = [
		...(name === name.toLowerCase() ? [] : [`policy name was converted to ${name.toLowerCase()}`]),
		...(request.fields.has("policy") ? [] : ["'rules' is deprecated, please use 'policy' instead"]),
	];
	return warnings.length > 0 ? { data: null, warnings } : undefined;
}

/** Policies may be sent as base64. */
function fromBase64(text: string): string {
	const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
	return isBase64 ? Buffer.from(text, "base64").toString() : text;
}

/** https://developer.hashicorp.com/vault/api-docs/system/capabilities */
function capabilities({ request, context }: RouteCall, token: string): Reply {
	if (token === "") throw new ApiError(500, "1 error occurred:\n\t* no token found\n\n");
	const entry = token === request.caller?.id ? request.caller : context.core.tokens.lookup(token);
	if (!entry) throw new ApiError(400, "1 error occurred:\n\t* invalid token\n\n");
	const paths = request.fields.list("paths") ?? request.fields.list("path") ?? [];
	if (paths.length === 0) throw new ApiError(400, "paths must be supplied");
	const acl = aclOf(entry, request.namespace);
	const found = Object.fromEntries(paths.map((path) => [path, acl.capabilities(path.replace(/^\//, ""))]));
	return { data: { ...found, ...(paths.length === 1 ? { capabilities: found[paths[0] ?? ""] ?? [] } : {}) } };
}

function capabilitiesOfAccessor(call: RouteCall): Reply {
	const entry = call.context.core.tokens.lookupAccessor(call.request.fields.text("accessor") ?? "");
	if (!entry) throw new ApiError(400, "1 error occurred:\n\t* invalid accessor\n\n");
	return capabilities(call, entry.id);
}
