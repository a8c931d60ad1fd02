import { ApiError } from "../api-error.ts";
import type { Reply } from "../engine.ts";
import { asTexts, type JsonObject } from "../json-object.ts";
import type { Namespace } from "../namespaces/namespace.ts";
import type { Route, RouteCall } from "../routes.ts";

const RESERVED = new Set([".", "..", "root", "sys", "audit", "auth", "cubbyhole", "identity"]);

/** https://openbao.org/api-docs/system/namespaces/: each names a child of the namespace that is asked. */
export const NAMESPACE_ROUTES: readonly Route[] = [
	{ pattern: /^namespaces\/?$/, on: { list: listNamespaces } },
	{
		pattern: /^namespaces\/(?<name>.+?)\/?$/,
		on: { read: readNamespace, update: writeNamespace, delete: deleteNamespace },
	},
];

function listNamespaces({ request, context }: RouteCall): Reply {
	const children = context.core.namespaces.children(request.namespace);
	const info = children.map(([name, child]): [string, JsonObject] => [name, describe(child)]);
	return { data: { key_info: Object.fromEntries(info), keys: children.map(([name]) => name) } };
}

function readNamespace(call: RouteCall): Reply | undefined {
	const found = call.context.core.namespaces.get(childPath(call));
	return found && { data: describe(found) };
}

/** Creates it, or sets the metadata of one that is there. */
function writeNamespace(call: RouteCall): Reply {
	const { request, context } = call;
	const { namespaces } = context.core;
	const path = childPath(call);
	const metadata = request.fields.object("custom_metadata");
	const found = namespaces.get(path) ?? create(call, path);
	if (metadata) found.customMetadata = asTexts(metadata);
	return { data: describe(found) };
}

function create({ request, context }: RouteCall, path: string): Namespace {
	const mount = request.namespace.mounts.conflict(path.slice(request.namespace.path.length));
	if (mount) {
		const where = `${request.namespace.path}${mount.path}`;
		throw new ApiError(400, `new namespace conflicts with existing mount: ${where}`);
	}
	const created = context.core.createNamespace(path);
	context.core.namespaces.add(created);
	return created;
}

/** The real server takes a moment for it, and says so; here it is gone at once, with its tokens. */
function deleteNamespace(call: RouteCall): Reply {
	const { namespaces, tokens, leases } = call.context.core;
	const found = namespaces.get(childPath(call));
	if (!found) return { data: null, warnings: ["requested namespace does not exist"] };
	if (namespaces.children(found).length > 0) {
		throw new ApiError(400, "unable to delete namespace containing child namespaces");
	}
	namespaces.remove(found);
	tokens.revokeAll(found);
	leases.revokePrefix(found, "");
	return { data: { status: "in-progress" } };
}

/** @throws ApiError 400 for what is no name */
function childPath({ request, params }: RouteCall): string {
	const name = params["name"] ?? "";
	if (name.includes("/")) throw new ApiError(400, "namespace name cannot contain /");
	if (RESERVED.has(name)) {
		throw new ApiError(400, `"${name}/" is a reserved path and cannot be used as a namespace name`);
	}
	if (/\s/.test(name)) {
		throw new ApiError(400, `"${name}" contains space characters that cannot be used in a namespace name`);
	}
	return `${request.namespace.path}${name}/`;
}

function describe({ customMetadata, id, path, uuid }: Namespace): JsonObject {
	return { custom_metadata: customMetadata, id, locked: false, path, tainted: false, uuid };
}
