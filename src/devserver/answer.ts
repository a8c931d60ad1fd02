import type { Core } from "./core.ts";
import type { AuthReply, EngineRequest, Reply } from "./engine.ts";
import { sortKeys } from "./json-object.ts";
import { wrapResponse } from "./wrapping.ts";

/** What goes over the wire; no body for 204. */
export interface Answer {
	readonly status: number;
	readonly body?: unknown;
	/** Content type of a body that is a text as it is; JSON without it. */
	readonly type?: string;
}

/** Old endpoints whose data stands beside the frame as well as in it; their clients read it there. */
const INJECTED =
	/^sys\/(auth|mounts|policy)(\/.*)?$|^sys\/(capabilities|capabilities-accessor|capabilities-self|remount|wrapping\/wrap)$/;

/** Puts an engine's reply into the frame that all replies share, and wraps it when that is wanted. */
export function toAnswer(core: Core, request: EngineRequest, reply: Reply | undefined): Answer {
	if (reply === undefined || isEmptyList(request, reply)) {
		const isQuestion = request.operation === "read" || request.operation === "list";
		return isQuestion ? { status: 404, body: { errors: [] } } : { status: 204 };
	}
	if (reply.text) return { status: 200, type: reply.text.type, body: reply.text.content };
	if (reply.body !== undefined) return { status: reply.status ?? 200, body: reply.body };
	if (reply.wrap)
		return { status: 200, body: wrapResponse(core, request, { ...reply.wrap, wrappedAccessor: "" }) };
	if (reply.data === undefined && reply.auth === undefined) return { status: reply.status ?? 204 };
	return framed(core, request, reply);
}

function framed(core: Core, request: EngineRequest, reply: Reply): Answer {
	const status = reply.status ?? 200;
	const body = frame(request, reply);
	if (request.wrapSeconds > 0 && status < 300) {
		const order = {
			seconds: request.wrapSeconds,
			creationPath: request.fullPath,
			response: body,
			wrappedAccessor: accessorInside(request, reply),
		};
		return { status: 200, body: wrapResponse(core, request, order) };
	}
	const beside = INJECTED.test(request.fullPath) ? reply.data : {};
	return { status, body: { ...beside, ...body } };
}

function isEmptyList({ operation }: EngineRequest, reply: Reply): boolean {
	const keys = reply.data?.["keys"];
	return operation === "list" && Array.isArray(keys) && keys.length === 0;
}

/** https://developer.hashicorp.com/vault/docs/concepts/lease and the samples of every API page. */
function frame(request: EngineRequest, reply: Reply): Record<string, unknown> {
	const warnings = reply.warnings ?? [];
	return {
		request_id: request.id,
		lease_id: reply.lease?.id ?? "",
		renewable: reply.lease?.renewTerms !== undefined,
		lease_duration: reply.lease?.seconds ?? reply.leaseSeconds ?? 0,
		data: reply.data ? sortKeys(reply.data) : null,
		wrap_info: null,
		warnings: warnings.length > 0 ? warnings : null,
		auth: reply.auth ? authBlock(reply.auth) : null,
	};
}

function authBlock({ entry, leaseSeconds, hidesToken }: AuthReply): unknown {
	return {
		client_token: hidesToken === true ? "" : entry.id,
		accessor: entry.accessor,
		policies: entry.policies,
		token_policies: entry.policies,
		metadata: entry.meta,
		lease_duration: leaseSeconds,
		renewable: entry.renewable,
		entity_id: entry.entityId,
		token_type: entry.type,
		orphan: entry.parent === "",
		mfa_requirement: null,
		num_uses: entry.maxUses,
	};
}

function accessorInside(request: EngineRequest, reply: Reply): string {
	if (reply.auth) return reply.auth.entry.accessor;
	const accessor = request.fullPath.startsWith("auth/") ? reply.data?.["secret_id_accessor"] : undefined;
	return typeof accessor === "string" ? accessor : "";
}
