import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** Ways of saying in an answer what should never be said again. */
export const MISCHIEF = [
	"status 500",
	"status 400",
	"status 403",
	"status 404",
	"reason phrase",
	"page",
	"broken JSON",
	"half",
	"redirect",
	"warnings",
] as const;

export type Mischief = (typeof MISCHIEF)[number];

export interface TalkativeProxy {
	readonly address: string;
	/** What is done to answers from now on; none passes them through. */
	mode: Mischief | undefined;
	/** Answers spoiled in this mode so far. */
	count(mode: Mischief): number;
}

/** A proxy that repeats in its answers what the agent has told it and what the agent has read: token, credentials, secrets. */
export async function talkativeProxy(target: string): Promise<TalkativeProxy> {
	const counts = new Map<Mischief, number>();
	const proxy = {
		mode: undefined as Mischief | undefined,
		address: "",
		count: (mode: Mischief) => counts.get(mode) ?? 0,
	};
	const server = createServer((incoming, response) => {
		void handle(incoming, response).catch(() => response.destroy());
	});
	const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
		const body = await textOf(incoming);
		const answer = await forward(target, incoming, body);
		const { mode } = proxy;
		if (mode === undefined) {
			response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.text);
			return;
		}
		const token = String(incoming.headers["x-vault-token"] ?? "");
		// A token that was never handed on is none that anybody could know to hide.
		const heard = incoming.url?.endsWith("/login") ? "" : answer.text;
		spoil(response, mode, { token, said: `${token} ${body} ${heard}`, answer: heard });
		counts.set(mode, (counts.get(mode) ?? 0) + 1);
	};
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	proxy.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return proxy;
}

interface Told {
	readonly token: string;
	/** All that was heard in one text. */
	readonly said: string;
	readonly answer: string;
}

function spoil(response: ServerResponse, mode: Mischief, { token, said, answer }: Told): void {
	const json = { "content-type": "application/json" };
	switch (mode) {
		case "status 500":
		case "status 400":
		case "status 403":
		case "status 404":
			response
				.writeHead(Number(mode.slice(-3)), json)
				.end(JSON.stringify({ errors: [said, token], data: null }));
			return;
		case "reason phrase":
			response
				.writeHead(500, `no ${token}`, { ...json, "x-echo": token })
				.end(JSON.stringify({ errors: [] }));
			return;
		case "page":
			response.writeHead(200, { "content-type": `text/html; token=${token}` }).end(`<h1>${said}</h1>`);
			return;
		case "broken JSON":
			response.writeHead(200, json).end(`${token} ${answer}`);
			return;
		case "half":
			response.writeHead(200, { ...json, "content-length": Buffer.byteLength(answer) });
			response.write(Buffer.from(answer).subarray(0, -10), () => response.destroy());
			return;
		case "redirect":
			response
				.writeHead(307, { location: `http://127.0.0.1:1/${token}?said=${encodeURIComponent(said)}` })
				.end();
			return;
		case "warnings":
			response
				.writeHead(200, json)
				.end(JSON.stringify({ warnings: [said], errors: [said], request_id: token }));
			return;
		default:
			mode satisfies never;
	}
}

async function forward(target: string, incoming: IncomingMessage, body: string) {
	return await new Promise<{ status: number; text: string }>((resolve, reject) => {
		const { host: _host, connection: _connection, ...headers } = incoming.headers;
		const options = { method: incoming.method ?? "GET", headers };
		const outgoing = request(new URL(incoming.url ?? "/", target), options, (reply) => {
			textOf(reply).then((text) => resolve({ status: reply.statusCode ?? 500, text }), reject);
		});
		outgoing.on("error", reject);
		outgoing.end(body);
	});
}

async function textOf(stream: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks).toString("utf8");
}
