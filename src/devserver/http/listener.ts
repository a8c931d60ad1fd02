import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Answer } from "../answer.ts";
import { ApiError } from "../api-error.ts";
import type { Core } from "../core.ts";
import { dispatch } from "../dispatch.ts";
import type { Call } from "../read-call.ts";
import type { Fault, FaultControl } from "./faults.ts";
import { readBody, readHead } from "./read-request.ts";
import { type RequestEntry, safePath } from "./request-log.ts";
import { send, sendHalf, sendText } from "./send.ts";

export interface ListenerParts {
	readonly core: Core;
	readonly faults: FaultControl;
	readonly record: (entry: RequestEntry) => void;
	/** Aborts when the server closes: nobody waits then. */
	readonly closing: AbortSignal;
}

interface Exchange {
	readonly call: Call;
	readonly response: ServerResponse;
	/** Carries the call out; the engines see it now and not before. */
	readonly answer: () => Answer;
}

const PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n";

/** Joins HTTP to the core, with whatever fault stands in between. */
export function createListener(parts: ListenerParts): RequestListener {
	return (incoming, response) => {
		handle(parts, incoming, response).catch(() => response.destroy());
	};
}

async function handle(
	parts: ListenerParts,
	incoming: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	let call: Call;
	try {
		const head = readHead(incoming);
		call = { ...head, body: await readBody(incoming) };
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		send(response, { status: error.status, body: { errors: error.errors } });
		return;
	}
	// Taken before the engines act: a token that this request uses up is still known by then.
	const accessor = parts.core.tokens.lookup(call.token)?.accessor ?? "";
	const status = await exchange(parts, { call, response, answer: () => dispatch(parts.core, call) });
	parts.record({
		method: call.method,
		path: safePath(call.path, call.query),
		status,
		at: parts.core.clock.now(),
		namespace: call.namespace,
		accessor,
	});
}

/** @returns the status that the client saw, 0 for none */
async function exchange(parts: ListenerParts, { call, response, answer }: Exchange): Promise<number> {
	const fault = parts.faults.take(call.method, call.path);
	if (fault?.kind === "delay") await parts.core.clock.sleep(fault.ms, parts.closing);
	response.setHeader("Date", new Date(parts.core.clock.date()).toUTCString());
	if (fault === undefined || fault.kind === "delay") {
		const proper = answer();
		send(response, proper);
		return proper.status;
	}
	return spoil(fault, response, answer);
}

function spoil(
	fault: Exclude<Fault, { kind: "delay" }>,
	response: ServerResponse,
	answer: () => Answer,
): number {
	switch (fault.kind) {
		case "status":
			send(
				response,
				{ status: fault.status, body: fault.body ?? { errors: [`${fault.status}`] } },
				fault.headers,
			);
			return fault.status;
		case "cut":
			if (fault.afterwards === true) answer();
			response.destroy();
			return 0;
		case "stall":
			return 0;
		case "half":
			sendHalf(response, answer());
			return 0;
		case "html":
			sendText(response, fault.status ?? 200, { type: "text/html; charset=utf-8", text: PAGE });
			return fault.status ?? 200;
		case "garbage":
			sendText(response, 200, { type: "application/json", text: '{"data": {"data": \u0000oops' });
			return 200;
		default:
			return fault satisfies never;
	}
}
