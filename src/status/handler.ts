import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Log } from "../kernel/mod.ts";
import { type Access, crossSite, misdirected, type Refusal, unauthorized } from "./guard.ts";
import { type Answer, json, type Route } from "./routes.ts";

/** Answers each request: refused by the guard, or by its route. One that fails is cut off, and said in the log. */
export function handlerFor(routes: ReadonlyMap<string, Route>, access: Access, log: Log): RequestListener {
	return (request, response) => {
		answerTo(request, routes, access)
			.then((answer) => send(response, answer, request))
			.catch((error: unknown) => {
				const msg = `no answer to a request: ${error instanceof Error ? error.name : "unknown fault"}`;
				log.write("error", "listener", { msg });
				response.destroy();
			});
	};
}

async function answerTo(
	request: IncomingMessage,
	routes: ReadonlyMap<string, Route>,
	access: Access,
): Promise<Answer> {
	const [path = ""] = (request.url ?? "").split("?");
	const route = routes.get(path);
	const refusal = refusalOf(request, route, access);
	if (refusal !== undefined) {
		const { status, message, headers = {} } = refusal;
		return { ...json(status, { error: message }), headers };
	}
	return route === undefined ? json(404, { error: "there is nothing at this path" }) : await route.answer();
}

function refusalOf(request: IncomingMessage, route: Route | undefined, access: Access): Refusal | undefined {
	const isOpen = route?.isOpen === true;
	// On an address that others reach, what is open is open whatever they call it.
	const stray = isOpen && !access.isLocal ? undefined : misdirected(request, access);
	if (stray !== undefined || route === undefined) return stray;
	const isRead = route.method === "GET" && request.method === "HEAD";
	if (request.method !== route.method && !isRead) {
		const headers = { Allow: route.method === "GET" ? "GET, HEAD" : route.method };
		return { status: 405, message: "this path takes another method", headers };
	}
	if (isOpen) return undefined;
	const isCertified = "authorized" in request.socket && request.socket.authorized === true;
	return unauthorized(request, access, isCertified) ?? crossSite(request);
}

function send(response: ServerResponse, answer: Answer, { headers }: IncomingMessage): void {
	const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
	const { status, type, body, headers: own = {}, afterwards } = answer;
	if (afterwards !== undefined) response.once("close", afterwards);
	response.writeHead(status, {
		"Content-Type": type,
		"Content-Length": Buffer.byteLength(body),
		"Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff",
		...(hasBody && { Connection: "close" }), // nothing that is sent along is read
		...own,
	});
	response.end(body);
}
