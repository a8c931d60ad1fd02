import { ApiError } from "../api-error.ts";
import type { Reply } from "../engine.ts";
import { asTexts, type JsonObject } from "../json-object.ts";
import type { Mount } from "../mounts.ts";
import { aclOf } from "../namespaces/access.ts";
import type { Route, RouteCall } from "../routes.ts";

/** Built in and not to be taken away. */
const FIXED = new Set(["sys/", "auth/token/"]);

/** `sys/mounts` and `sys/auth` (https://developer.hashicorp.com/vault/api-docs/system/mounts, …/auth). */
export const MOUNT_ROUTES: readonly Route[] = [
	{ pattern: /^mounts\/?$/, on: { read: (call) => table(call, "secret") } },
	{ pattern: /^auth\/?$/, on: { read: (call) => table(call, "auth") } },
	{
		pattern: /^(?<kind>mounts|auth)\/(?<path>.+?)\/?$/,
		on: { read: readMount, update: addMount, delete: removeMount },
	},
	{ pattern: /^internal\/ui\/mounts\/?$/, on: { read: visibleMounts } },
	{ pattern: /^internal\/ui\/mounts\/(?<path>.+)$/, on: { read: preflight } },
];

function table({ request }: RouteCall, kind: "secret" | "auth"): Reply {
	const mounts = request.namespace.mounts.list(kind);
	return { data: Object.fromEntries(mounts.map((mount) => [shortPath(mount), describeMount(mount)])) };
}

function readMount({ request, params }: RouteCall): Reply {
	const mount = request.namespace.mounts.get(tablePath(params));
	if (mount) return { data: describeMount(mount) };
	const path = `${params["path"] ?? ""}/`;
	throw new ApiError(
		400,
		params["kind"] === "auth" ? `No auth engine at ${path}` : `No secret engine mount at ${path}`,
	);
}

function addMount({ request, context, params }: RouteCall): undefined {
	const { fields } = request;
	const path = tablePath(params);
	const asked = fields.text("type") ?? "";
	if (asked === "") throw new ApiError(400, "backend type must be specified as a string");
	const inside = context.core.namespaces.descend(request.namespace, path).namespace;
	if (inside !== request.namespace) throw new ApiError(400, `existing mount at ${inside.path}`);
	const taken = request.namespace.mounts.conflict(path);
	if (taken) throw new ApiError(400, `path is already in use at ${shortPath(taken)}`);

	const [, version] = /^kv-v([12])$/.exec(asked) ?? [];
	const options = {
		...asTexts(fields.object("options") ?? {}),
		...(version === undefined ? {} : { version }),
	};
	context.core.mount(request.namespace, {
		path,
		type: version === undefined ? asked : "kv",
		description: fields.text("description") ?? "",
		options,
		isListed: fields.object("config")?.["listing_visibility"] === "unauth",
	});
}

function removeMount({ request, context, params }: RouteCall): undefined {
	const path = tablePath(params);
	if (path === "auth/token/") throw new ApiError(400, "token credential backend cannot be disabled");
	if (FIXED.has(path)) throw new ApiError(400, `cannot unmount "${path}"`);
	request.namespace.mounts.remove(path);
	context.core.leases.revokePrefix(request.namespace, path);
}

/** What `kv` commands ask first: which mount serves the path, and which version it is. */
function preflight({ request, context, params }: RouteCall): Reply {
	const { caller } = request;
	if (!caller) throw new ApiError(403, "permission denied");
	const path = `${(params["path"] ?? "").replace(/\/$/, "")}/`;
	const { namespace, path: below } = context.core.namespaces.descend(request.namespace, path);
	const mount = namespace.mounts.match(below);
	if (!mount || !aclOf(caller, namespace).reaches(mount.path)) {
		const cause = `please ensure client's policies grant access to path "${path}"`;
		throw new ApiError(403, `preflight capability check returned 403, ${cause}`);
	}
	const wayDown = path.slice(0, path.length - below.length);
	return { data: { ...describeMount(mount), path: wayDown + mount.path } };
}

/** Those that the token reaches; without one, those that are meant for everybody. */
function visibleMounts({ request }: RouteCall): Reply {
	const { caller, namespace } = request;
	const acl = caller && aclOf(caller, namespace);
	const describe = ({ type, description, options }: Mount) => ({ type, description, options });
	const visible = (kind: "secret" | "auth") =>
		namespace.mounts
			.list(kind)
			.filter((mount) => mount.isListed || acl?.reaches(mount.path))
			.map((mount) => [shortPath(mount), acl ? describeMount(mount) : describe(mount)]);
	return {
		data: { auth: Object.fromEntries(visible("auth")), secret: Object.fromEntries(visible("secret")) },
	};
}

function tablePath(params: RouteCall["params"]): string {
	return `${params["kind"] === "auth" ? "auth/" : ""}${params["path"] ?? ""}/`;
}

function shortPath(mount: Mount): string {
	return mount.path.replace(/^auth\//, "");
}

function describeMount(mount: Mount): JsonObject {
	const isAuth = mount.path.startsWith("auth/");
	return {
		accessor: mount.accessor,
		config: {
			default_lease_ttl: 0,
			force_no_cache: false,
			max_lease_ttl: 0,
			...(mount.isListed ? { listing_visibility: "unauth" } : {}),
			...(isAuth ? { token_type: "default-service" } : {}),
		},
		...(FIXED.has(mount.path) ? {} : { deprecation_status: "supported" }),
		description: mount.description,
		external_entropy_access: false,
		local: false,
		options: mount.options,
		plugin_version: "",
		running_plugin_version: "v2.0.0+builtin.bao",
		running_sha256: "",
		seal_wrap: false,
		type: mount.type,
		uuid: mount.uuid,
	};
}
