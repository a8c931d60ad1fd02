import { spawn } from "node:child_process";
import { request } from "node:http";
import { connect, type NetConnectOpts } from "node:net";
import { errorCode } from "../kernel/mod.ts";
import { proxyHeader } from "./front/proxy-header.ts";
import { isListenedOnByOthers } from "./listener-owner.ts";
import type { Ask, Question, Unaskable } from "./ports.ts";
import { sendSignal } from "./process-group.ts";
import { REFUSED } from "./question.ts";

type QuestionOf<K extends Question["kind"]> = Extract<Question, { kind: K }>;

/** What is said of a question that was broken off. */
const NO_ANSWER = "no answer in time";

/** A program that is started for each question and fails so will fail for ever. */
const FOR_EVER: Readonly<Record<string, string>> = {
	ENOENT: "there is no such program",
	EACCES: "it may not be run",
};

/** Asks over real sockets, and with real processes. Reached by a dynamic import alone. */
export const askChild: Ask = async (question, signal) =>
	(await askOnce(question, signal)) ?? (await strangerAt(question));

async function strangerAt(question: Question): Promise<string | undefined> {
	const port = "privatePort" in question ? question.privatePort : undefined;
	const isForeign = port !== undefined && (await isListenedOnByOthers(port));
	return isForeign ? "a process of another user listens on its private port" : undefined;
}

async function askOnce(question: Question, signal: AbortSignal): Promise<string | Unaskable | undefined> {
	switch (question.kind) {
		case "http":
			return await askHttp(question, signal);
		case "tcp":
			return await askTcp(question, signal);
		case "command":
			return await askCommand(question, signal);
		default:
			return question satisfies never;
	}
}

/** Any 2xx will do. Where a redirect leads to is somebody else's answer. */
async function askHttp(
	{ url, proxyProtocol }: QuestionOf<"http">,
	signal: AbortSignal,
): Promise<string | undefined> {
	const { promise, resolve } = Promise.withResolvers<string | undefined>();
	const way = proxyProtocol === undefined ? { agent: false } : { createConnection: speaking(proxyProtocol) };
	const asking = request(url, { ...way, signal, headers: { "User-Agent": "keyturn" } });
	let head: number | undefined;
	const answer = () => (isGood(head ?? 0) ? undefined : `answered ${head}`);
	asking.on("error", (error) => resolve(head === undefined ? reasonOf(error) : answer()));
	asking.on("response", (response) => {
		head = response.statusCode;
		response.on("error", () => {}); // `close` comes too
		// Read to its end where it has one, as a child may log a client that hangs up.
		response.once("close", () => resolve(answer()));
		response.resume();
	});
	asking.end();
	return await promise;
}

/** Connects on nobody's behalf. */
function speaking(version: "v1" | "v2") {
	return (options: object) => {
		const socket = connect(options as NetConnectOpts);
		socket.write(proxyHeader(version, {}));
		return socket;
	};
}

function isGood(status: number): boolean {
	return status >= 200 && status < 300;
}

async function askTcp({ host, port }: QuestionOf<"tcp">, signal: AbortSignal): Promise<string | undefined> {
	const { promise, resolve } = Promise.withResolvers<string | undefined>();
	const socket = connect({ host, port, signal });
	socket.on("error", (error) => resolve(reasonOf(error)));
	socket.once("connect", () => resolve(undefined));
	const answer = await promise;
	socket.destroy();
	return answer;
}

/** In a group of its own, so that what it starts can be ended with it. */
async function askCommand(
	{ command: [program, ...args], env }: QuestionOf<"command">,
	signal: AbortSignal,
): Promise<string | Unaskable | undefined> {
	const { promise, resolve } = Promise.withResolvers<string | Unaskable | undefined>();
	const asking = spawn(program, args, { env, stdio: "ignore", detached: true });
	const { pid } = asking;
	const kill = () => {
		if (pid !== undefined) sendSignal(-pid, "SIGKILL");
	};
	signal.addEventListener("abort", kill);
	asking.once("error", (error) => {
		const code = errorCode(error) ?? "unknown";
		const because = FOR_EVER[code];
		resolve(because === undefined ? `cannot be started (${code})` : { because });
	});
	asking.once("exit", (code, name) => {
		if (code === 0) resolve(undefined);
		else if (signal.aborted) resolve(NO_ANSWER);
		else resolve(name === null ? `ended with ${code}` : `was ended by ${name}`);
	});
	const answer = await promise;
	signal.removeEventListener("abort", kill);
	return answer;
}

function reasonOf(error: Error): string {
	const code = errorCode(error);
	switch (code) {
		case "ABORT_ERR":
			return NO_ANSWER;
		case "ECONNREFUSED":
			return REFUSED;
		case "ECONNRESET":
			return "connection reset";
		default:
			return `no answer (${code ?? "unknown"})`;
	}
}
