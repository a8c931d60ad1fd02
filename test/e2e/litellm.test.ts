import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { freePort } from "../support/free-port.ts";
import { GatewayLoad, type Reader, staleAnswers, streamedChunks } from "../support/gateway-load.ts";
import { openVault } from "../support/vault.ts";

/** A real LiteLLM: `npm run e2e:litellm` gets one from the Python registry. */
const LITELLM = process.env["KEYTURN_LITELLM"];

const OPENAI = "secret/data/llm/openai";
const LITELLM_SECRET = "secret/data/llm/litellm";
const ROTATIONS = 3;
const WORDS = 200;
/** LiteLLM takes 5 to 10 s to start, and two of them share the machine. */
const READY_MS = 120_000;

/** Without one LiteLLM does not start; its clients show it. */
const MASTER_KEY = "sk-planted-master";

const keyOf = (round: number) => `sk-planted-${round}`;
const fingerprint = (key: string) => createHash("sha256").update(key).digest("hex").slice(-4);

test.runIf(LITELLM !== undefined)(
	`${ROTATIONS} rotations of a real LiteLLM's key refuse and cut no request`,
	{ timeout: 600_000 },
	async ({ annotate }) => {
		const { vault, agent, address } = await scene(await startProvider());
		const load = () => new GatewayLoad(`http://${address}`, reader);
		const loads = { steady: load().steady(10), busy: load().busy(2), streams: load().streams(2, WORDS) };
		const keys = Array.from({ length: ROTATIONS + 1 }, (_, round) => fingerprint(keyOf(round)));
		const switches: number[] = [];

		for (let round = 1; round <= ROTATIONS; round++) {
			vault.put(OPENAI, { api_key: keyOf(round) });
			await loggedWithin(agent, "turned over", round + 1);
			switches.push(Date.now());
		}
		await eventually(() => {
			expect(loads.busy.traffic.samples.at(-1)?.key).toBe(fingerprint(keyOf(ROTATIONS)));
		});
		const traffic = await Promise.all(Object.values(loads).map(async (one) => await one.stop()));

		const samples = traffic.flatMap((one) => one.samples);
		expect(samples.flatMap(({ failure }) => failure ?? [])).toEqual([]);
		for (const { traffic: seen } of [loads.steady, loads.busy])
			expect(staleAnswers(seen.samples, { keys, switches })).toEqual([]);
		expect(samples.length).toBeGreaterThan(100);
		await annotate(`${samples.length} requests, ${ROTATIONS} rotations, 0 refused, 0 cut`);
	},
);

/** The key that LiteLLM has shown to the provider, which says so in its answer. */
const reader: Reader = {
	clientKey: MASTER_KEY,
	completed(text) {
		const { choices } = JSON.parse(text) as { choices: { message: { content: string } }[] };
		return choices[0]?.message.content.split(" ").at(-1) ?? "";
	},
	streamed(text, words) {
		streamedChunks(text, words);
		return "";
	},
};

async function scene(provider: string) {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: keyOf(0) });
	vault.put(LITELLM_SECRET, { master_key: MASTER_KEY });
	const place = folder();
	const parameters = { model: "openai/sample", api_base: provider, api_key: "os.environ/OPENAI_API_KEY" };
	const models = { model_list: [{ model_name: "sample", litellm_params: parameters }] };
	const config = place.write("litellm.yaml", JSON.stringify(models));
	const address = `127.0.0.1:${await freePort()}`;
	const exec = {
		command: [LITELLM ?? "", "--config", config, "--host", "127.0.0.1", "--port", "{{port}}"],
		on_change: "rolling",
		listen: address,
		ready: { http: "/health/readiness", timeout: "120s" },
	};
	const variables = {
		OPENAI_API_KEY: `${OPENAI}#api_key`,
		LITELLM_MASTER_KEY: `${LITELLM_SECRET}#master_key`,
	};
	const settings = { env: variables, exec };
	const env = { ...vault.env, HOME: place.at("."), LITELLM_LOCAL_MODEL_COST_MAP: "True" };
	const agent = startAgent(["start", "-c", configIn(place, vault, settings)], { env });
	await eventually(
		async () => {
			const reply = await fetch(`http://${address}/health/readiness`).catch(() => undefined);
			if (reply?.status !== 200)
				throw new Error(`LiteLLM does not answer yet:\n${agent.stderr()}\n${agent.stdout()}`);
		},
		{ withinMs: READY_MS },
	);
	return { vault, agent, address };
}

async function loggedWithin(agent: AgentProcess, event: string, generation: number): Promise<void> {
	await eventually(
		() => {
			const isLogged = agent.log().some((line) => line.event === event && line["generation"] === generation);
			if (!isLogged) throw new Error(`no "${event}" of generation ${generation} in:\n${agent.stderr()}`);
		},
		{ withinMs: READY_MS },
	);
}

/** Answers as the OpenAI API does, and with the fingerprint of the key that it was shown. @returns its address */
async function startProvider(): Promise<string> {
	const server = createServer((request, response) => void answer(request, response));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const chunks: Buffer[] = [];
	for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();
	if (text === "") {
		response.writeHead(404).end(); // LiteLLM looks around
		return;
	}
	const asked = JSON.parse(text) as { stream?: boolean; max_tokens?: number };
	const key = fingerprint((request.headers.authorization ?? "").replace("Bearer ", ""));
	const frame = { id: "c-1", created: 1, model: "sample" };
	if (asked.stream !== true) {
		const message = { role: "assistant", content: `answered with key ${key}` };
		const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
		const choices = [{ index: 0, message, finish_reason: "stop" }];
		response.setHeader("Content-Type", "application/json");
		response.end(JSON.stringify({ ...frame, object: "chat.completion", choices, usage }));
		return;
	}
	response.setHeader("Content-Type", "text/event-stream");
	let said = 0;
	const timer = setInterval(() => {
		const isLast = said === asked.max_tokens;
		const delta = isLast ? {} : { content: `word${said++} ` };
		const choices = [{ index: 0, delta, finish_reason: isLast ? "stop" : null }];
		response.write(`data: ${JSON.stringify({ ...frame, object: "chat.completion.chunk", choices })}\n\n`);
		if (!isLast) return;
		clearInterval(timer);
		response.end("data: [DONE]\n\n");
	}, 50);
	response.once("close", () => clearInterval(timer));
}
