import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { freePort } from "../support/free-port.ts";
import { GatewayLoad, type Sample, staleAnswers } from "../support/gateway-load.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const GATEWAY = join(import.meta.dirname, "..", "..", "deploy", "examples", "sample-gateway.mjs");

/** 50 a second each: the sample gateway thinks for 20 ms. */
const BUSY_CLIENTS = 2;
const STEADY_PER_SECOND = 100;
const STREAMS = 10;
/** Of 20 ms each: 20 s. */
const WORDS = 1000;

const keyOf = (round: number) => `sk-planted-${round}`;
const fingerprint = (key: string) => `…${createHash("sha256").update(key).digest("hex").slice(-4)}`;

test.for([
	{ pass: "http", rotations: 20, movers: ["streams", "busy", "steady"] },
	// What keeps its connection stays with the gateway that it began with.
	{ pass: "tcp", rotations: 5, movers: ["steady"] },
] as const)(
	"$rotations rotations under load refuse and cut no request (pass: $pass)",
	{ timeout: 240_000 },
	async ({ pass, rotations, movers }, { annotate }) => {
		const { vault, agent, address } = await scene(pass);
		const load = () => new GatewayLoad(`http://${address}`);
		const loads = {
			streams: load().streams(STREAMS, WORDS),
			busy: load().busy(BUSY_CLIENTS),
			steady: load().steady(STEADY_PER_SECOND),
		};
		const keys = Array.from({ length: rotations + 1 }, (_, round) => fingerprint(keyOf(round)));
		const switches: number[] = [];

		for (let round = 1; round <= rotations; round++) {
			vault.put(OPENAI, { api_key: keyOf(round) });
			await agent.logged("turned over", ({ generation }) => generation === round + 1);
			switches.push(Date.now());
		}
		await answeredWith(loads.steady, keyOf(rotations));
		const traffic = await Promise.all(Object.values(loads).map(async (one) => await one.stop()));

		const nothing = { refused: 0, cut: 0, failures: [] };
		expect(
			traffic.map(({ refused, cut, samples }) => ({ refused, cut, failures: failuresOf(samples) })),
		).toEqual([nothing, nothing, nothing]);
		for (const mover of movers)
			expect(staleAnswers(loads[mover].traffic.samples, { keys, switches })).toEqual([]);
		expect(loads.streams.traffic.samples.length).toBeGreaterThanOrEqual(STREAMS);
		expect(loads.busy.traffic.samples.length).toBeGreaterThan(20 * rotations);
		expect(loads.steady.traffic.samples.length).toBeGreaterThan(20 * rotations);
		expect(agent.isRunning()).toBe(true);
		const counts = Object.entries(loads).map(([kind, one]) => `${one.traffic.samples.length} ${kind}`);
		await annotate(`${counts.join(", ")}; 0 refused, 0 cut`);
	},
);

/** A built agent in front of the sample gateway. */
async function scene(pass: string) {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: keyOf(0) });
	const place = folder();
	const address = `127.0.0.1:${await freePort()}`;
	const exec = {
		command: [process.execPath, GATEWAY],
		on_change: "rolling",
		listen: address,
		ready: { http: "/health", interval: "50ms" },
		pass,
		drain_timeout: "200s",
	};
	const settings = { env: { OPENAI_API_KEY: `${OPENAI}#api_key` }, exec };
	const agent = startAgent(["start", "-c", configIn(place, vault, settings)], { env: vault.env });
	await answering(agent, address);
	return { vault, agent, address };
}

async function answering(agent: AgentProcess, address: string): Promise<void> {
	await eventually(async () => {
		const reply = await fetch(`http://${address}/health`).catch(() => undefined);
		if (reply?.status !== 200) throw new Error(`it does not answer yet:\n${agent.stderr()}`);
	});
}

async function answeredWith(load: GatewayLoad, key: string): Promise<void> {
	await eventually(() => {
		expect(load.traffic.samples.some((sample) => sample.key === fingerprint(key))).toBe(true);
	});
}

function failuresOf(samples: readonly Sample[]): readonly string[] {
	return samples.flatMap(({ failure }) => failure ?? []);
}
