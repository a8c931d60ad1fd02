import { unsupportedOperation, unsupportedPath } from "./api-error.ts";
import type { EngineContext, EngineRequest, Operation, Reply } from "./engine.ts";

export interface RouteCall {
	readonly request: EngineRequest;
	readonly context: EngineContext;
	/** The named groups of the pattern; empty text for one that took no part. */
	readonly params: Readonly<Record<string, string | undefined>>;
}

export interface Route {
	readonly pattern: RegExp;
	/** A create without handler of its own is an update. */
	readonly on: Partial<Record<Operation, (call: RouteCall) => Reply | undefined>>;
}

/** Hands a request to the first route whose pattern fits. @throws ApiError 404 or 405 as the real framework does */
export function route(
	routes: readonly Route[],
	request: EngineRequest,
	context: EngineContext,
): Reply | undefined {
	for (const { pattern, on } of routes) {
		const match = pattern.exec(request.path);
		if (!match) continue;
		const handler = on[request.operation] ?? (request.operation === "create" ? on.update : undefined);
		if (!handler) throw unsupportedOperation();
		return handler({ request, context, params: match.groups ?? {} });
	}
	throw unsupportedPath();
}
