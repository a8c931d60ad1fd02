import type { IncomingMessage, RequestOptions } from "node:http";
import type { Config, ListenerConfig } from "../../config/mod.ts";
import { AgentError, errorCode, ExitCode, Secret } from "../../kernel/mod.ts";
import { listenerToken } from "../listener-spec.ts";
import type { World } from "../world.ts";
import { writtenAddress } from "../written-address.ts";

/** What is asked of the agent. */
interface Question {
	readonly method: "GET" | "POST";
	readonly path: string;
	/** A key of the answer: something else than an agent may listen there, and say yes to everything. */
	readonly expects: string;
}

/** Where an agent listens that nobody has told otherwise. */
const STANDARD: ListenerConfig = {
	address: { kind: "tcp", host: "127.0.0.1", port: 8190 },
	isLocal: true,
	hosts: [],
	quit: false,
};

/** An agent that answers at all answers at once. */
const TIMEOUT_MS = 5000;

/** More than any report. */
const LARGEST_BYTES = 16 * 1024 * 1024;

/**
 * Asks the running agent that the config describes.
 *
 * @returns the JSON of its answer
 * @throws AgentError `E_AGENT_AWAY` when nobody answers, `E_AGENT_REFUSED` when it will not answer this
 */
export async function askAgent(config: Config, question: Question, world: World): Promise<unknown> {
	const { listener = STANDARD } = config;
	const { AGENT_LISTENER_TOKEN: given } = world.env;
	const spare = given && config.listener === undefined ? new Secret(given.trim()) : undefined;
	const token = (await listenerToken(listener.token, world)) ?? spare;
	const name = nameOf(listener);
	const headers = token === undefined ? {} : { Authorization: `Bearer ${token.reveal()}` };
	const { method, path, expects } = question;
	const reply = await exchange(listener, { method, path, headers }, world).catch((error: unknown) => {
		throw away(name, writtenAddress(listener.address), error);
	});
	const body = bodyOf(reply.text);
	if (reply.status >= 200 && reply.status < 300 && body !== undefined && expects in body) return body;
	const words = typeof body?.["error"] === "string" ? body["error"] : "its answer is not an agent's";
	const lacksToken = reply.status === 401 || reply.status === 403;
	throw new AgentError(`the agent at ${name} refused (${reply.status}): ${words}`, {
		code: "E_AGENT_REFUSED",
		exitCode: ExitCode.usage,
		rows: {
			do: lacksToken
				? "give the listener's token with --listener-token-file or AGENT_LISTENER_TOKEN"
				: "check that an agent listens there, and not something else",
		},
	});
}

interface Reply {
	readonly status: number;
	readonly text: string;
}

async function exchange(listener: ListenerConfig, options: RequestOptions, world: World): Promise<Reply> {
	const { request } = listener.tls === undefined ? await import("node:http") : await import("node:https");
	const trust = listener.tls === undefined ? {} : await trusting(listener.tls.cert, world);
	const signal = AbortSignal.timeout(TIMEOUT_MS);
	const reply = await new Promise<IncomingMessage>((resolve, reject) => {
		const outgoing = request({ ...placeOf(listener), ...options, ...trust, signal, agent: false }, resolve);
		outgoing.on("error", reject);
		outgoing.end();
	});
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of reply) {
		chunks.push(chunk as Buffer);
		size += (chunk as Buffer).length;
		if (size > LARGEST_BYTES) throw new RangeError("the answer has no end");
	}
	return { status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") };
}

function placeOf({ address }: ListenerConfig): RequestOptions {
	if (address.kind === "unix") return { socketPath: address.path };
	// An address that means all of them is reached by the loopback one.
	const host = { "0.0.0.0": "127.0.0.1", "::": "::1" }[address.host] ?? address.host;
	return { host, port: address.port };
}

/** The very certificate that the agent was told to show, whatever names it is for and whoever signed it. */
async function trusting(path: string, world: World) {
	const { X509Certificate } = await import("node:crypto");
	const ca = new X509Certificate(world.tlsFiles.readFile(path)).toString();
	return { ca, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
}

function nameOf({ address, tls }: ListenerConfig): string {
	const written = writtenAddress(address);
	return address.kind === "unix" ? written : `${tls === undefined ? "http" : "https"}://${written}`;
}

function away(name: string, address: string, error: unknown): AgentError {
	const code = errorCode(error) ?? "no answer";
	const why = error instanceof Error && error.name === "TimeoutError" ? "no answer within 5 s" : code;
	return new AgentError(`no agent answers at ${name} (${why})`, {
		code: "E_AGENT_AWAY",
		exitCode: ExitCode.usage,
		rows: {
			do: `start it with --listen ${address} or that as listener.address in its config; one that has another address is asked with --listen or -c`,
		},
	});
}

function bodyOf(text: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const body: unknown = JSON.parse(text);
		return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}
