import { type Answer, toAnswer } from "./answer.ts";
import { ApiError, listedError } from "./api-error.ts";
import type { Core } from "./core.ts";
import type { EngineRequest, Operation } from "./engine.ts";
import type { Mount } from "./mounts.ts";
import { aclOf } from "./namespaces/access.ts";
import { findPlace, joinedPath, sendHome } from "./namespaces/place.ts";
import { type Call, readFields, readOperation, readWrapSeconds } from "./read-call.ts";
import { unguarded } from "./system/unguarded.ts";
import type { TokenEntry } from "./tokens/token-entry.ts";

const WRAPPING_PATH = /^sys\/wrapping\/(lookup|unwrap|rewrap)$/;

/** Answers one call: quota, seal, token, policy, engine, wrapping, in the order of the real server. */
export function dispatch(core: Core, call: Call): Answer {
	try {
		return answer(core, call);
	} catch (error) {
		if (error instanceof ApiError) return { status: error.status, body: { errors: error.errors } };
		throw error;
	}
}

function answer(core: Core, call: Call): Answer {
	core.quotas.count(joinedPath(call));
	const free = unguarded(core, { ...call, fields: () => readFields(call) });
	if (free) return free;
	if (core.seal.isSealed) throw new ApiError(503, "Vault is sealed");
	const { operation, path: fullPath } = readOperation(call);
	const caller = call.token === "" ? undefined : core.tokens.lookup(call.token);
	const { namespace, path } = sendHome(findPlace(core.namespaces, call.namespace, fullPath), caller);
	if (path.split("/").includes("..")) throw new ApiError(400, "relative paths not supported");
	const isWrite = operation === "update" || operation === "patch";
	if (isWrite && path.endsWith("/")) throw new ApiError(400, "cannot write to a path ending in '/'");

	const mount = namespace.mounts.match(path);
	const request: EngineRequest = {
		id: core.ids.uuid(),
		operation,
		namespace,
		path: mount ? path.slice(mount.path.length) : path,
		fullPath: path,
		fields: readFields(call),
		caller,
		wrapSeconds: readWrapSeconds(call),
		clientChain: call.clientChain ?? [],
	};
	if (WRAPPING_PATH.test(path)) checkWrappingToken(core, request, call);
	if (mount?.engine.isOpen?.(request.path)) return serve(core, request, mount);
	if (!caller) throw new ApiError(403, "permission denied");
	return serveKnown(core, { ...request, caller }, mount);
}

/** The use is counted before the policies are asked: a refusal is a use, too. */
function serveKnown(
	core: Core,
	request: EngineRequest & { caller: TokenEntry },
	mount: Mount | undefined,
): Answer {
	core.tokens.use(request.caller);
	try {
		const operation = writeOperation(request, mount);
		const acl = aclOf(request.caller, request.namespace);
		const isAllowed =
			acl.allows(operation, request.fullPath) &&
			(!mount?.engine.needsSudo?.(request.path) || acl.hasSudo(request.fullPath));
		if (!isAllowed) throw listedError(403, "permission denied");
		if (!mount) throw new ApiError(404, `no handler for route "${request.fullPath}". route entry not found.`);
		return serve(core, { ...request, operation }, mount);
	} finally {
		if (request.caller.numUses < 0) core.tokens.revoke(request.caller.id);
	}
}

function serve(core: Core, request: EngineRequest, mount: Mount): Answer {
	return toAnswer(core, request, mount.engine.handle(request, { core, mount }));
}

function writeOperation({ operation, path }: EngineRequest, mount: Mount | undefined): Operation {
	const isNew = operation === "update" && mount?.engine.exists?.(path) === false;
	return isNew ? "create" : operation;
}

/** Asked first of all, so that a used or invented wrapping token is told from a missing permission. */
function checkWrappingToken(core: Core, { fields, caller }: EngineRequest, { token }: Call): void {
	const given = fields.text("token");
	if (given === "") throw new ApiError(403, "error validating wrapping token: empty token in request body");
	if (given === undefined && token === "")
		throw new ApiError(403, "error validating wrapping token: token is empty");
	const entry = given === undefined ? caller : core.tokens.lookup(given);
	if (!entry?.wrapped) throw new ApiError(400, "wrapping token is not valid or does not exist");
}
