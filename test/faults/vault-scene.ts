import { expect } from "vitest";
import type { StateWord } from "../../src/status/mod.ts";
import {
	type FileState,
	openStage,
	type Stage,
	type Tried,
	type WholeAgent,
} from "../support/whole-agent.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const OPENAI = "secret/data/llm/openai";
export const AZURE = "secret/data/llm/azure";

/** An agent with two files and a child, which has been running for a minute. */
export interface Scene extends Stage {
	readonly agent: WholeAgent;
	/** What the gateway has: two that are equal mean that nobody has touched it. */
	readonly had: () => Promise<GatewayState>;
	/** Signals that the child has got. */
	readonly signals: () => number;
}

export interface GatewayState {
	readonly openai: FileState;
	readonly azure: FileState;
	readonly pid: number | undefined;
}

/** Notes each SIGHUP in the file that it is given, and ends by SIGTERM. */
const CHILD = 'trap "echo HUP >>\\"$1\\"" HUP; while :; do sleep 600 & wait $!; done';

interface SceneOptions {
	readonly stage?: Stage;
	/** Over those of the config. */
	readonly settings?: object;
	readonly surroundings?: Parameters<Stage["start"]>[1];
}

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
	const { stage = await openStage(), settings = {}, surroundings } = options;
	const { vault, place } = stage;
	vault.put(OPENAI, { api_key: "sk-1" });
	vault.put(AZURE, { api_key: "az-1" });
	const notes = place.write("signals", "");
	const agent = stage.start(
		{
			templates: [keyFile(OPENAI, "openai.env"), keyFile(AZURE, "azure.env")],
			exec: { command: ["sh", "-c", CHILD, "gateway", notes] },
			...settings,
		},
		surroundings,
	);
	await agent.ready();
	await agent.pass(MINUTE);
	return {
		...stage,
		agent,
		had: async () => ({
			openai: agent.file("openai.env"),
			azure: agent.file("azure.env"),
			pid: (await agent.status()).child?.pid,
		}),
		signals: () => agent.said("turned over").length,
	};
}

/** A file that holds the key of a secret; its change is told by SIGHUP. */
export function keyFile(path: string, destination: string) {
	return {
		contents: `{{#secret "${path}"}}KEY={{api_key}}{{/secret}}`,
		destination,
		on_change: { signal: "SIGHUP" },
	};
}

/** What a fault may cost and how it shows. */
export interface Budget {
	/** Most requests in its first minute, when it is tried again soon. */
	readonly firstMinute: number;
	/** Most requests in any later minute. */
	readonly laterMinutes: number;
}

/** What was seen of a fault. */
export interface Measured extends Budget {
	readonly state: StateWord;
	/** From the end of the fault until the new value was in the file, in milliseconds. */
	readonly backMs: number;
}

/** The most requests that fell into any one minute. */
export function mostPerMinute(tried: readonly Tried[]): number {
	const within = (from: number) => tried.filter(({ at }) => at >= from && at < from + MINUTE).length;
	return Math.max(0, ...tried.map(({ at }) => within(at)));
}

/** Lets a fault last, in which the gateway must not lose anything. */
export async function endure(scene: Scene, ms: number): Promise<Omit<Measured, "backMs">> {
	const { agent, clock } = scene;
	const before = await scene.had();
	const from = clock.now();
	await agent.pass(ms);
	const { state } = await agent.status();
	expect(await scene.had()).toEqual(before);
	expect(scene.signals()).toBe(0);
	const later = agent.tried(from + MINUTE);
	const first = agent.tried(from).length - later.length;
	return { state, firstMinute: first, laterMinutes: mostPerMinute(later) };
}

/** Waits until the new key has arrived, by nothing but the one file and one signal. @returns milliseconds */
export async function recover(scene: Scene, withinMs: number): Promise<number> {
	const { agent, had } = scene;
	const { azure, pid } = await had();
	const backMs = await agent.passUntil(
		() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"),
		withinMs,
	);
	await agent.passUntil(async () => expect((await agent.status()).state).toBe("ready"), withinMs);
	expect(await had()).toMatchObject({ azure, pid });
	expect(scene.signals()).toBe(1);
	return backMs;
}

/** Lines by which an outage is told: one at once, no more than one a minute while it lasts, one at its end. */
export function expectSeldomSaid(scene: Scene, minutes: number): void {
	expect(scene.agent.said("read failed").length).toBeGreaterThan(0);
	expect(scene.agent.said("read failed").length).toBeLessThanOrEqual(minutes + 2);
	expect(scene.agent.said("recovered").length).toBeGreaterThan(0);
	expect(scene.agent.said("recovered").length).toBeLessThanOrEqual(2);
}
