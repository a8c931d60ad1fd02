import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createDevCa } from "../../src/devserver/dev-ca.ts";
import { systemClock } from "../../src/kernel/mod.ts";
import { eventually } from "../support/eventually.ts";
import { loopback } from "../support/loopback.ts";
import { openStage } from "../support/whole-agent.ts";
import { openWire, type ServerIdentity, type Wire, type WireState } from "../support/wire.ts";
import {
	AZURE,
	endure,
	expectSeldomSaid,
	HOUR,
	keyFile,
	MINUTE,
	OPENAI,
	openScene,
	recover,
	type Scene,
} from "./vault-scene.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/tls");
const BUDGET = { firstMinute: 30, laterMinutes: 12 };
/** The longest pause of a path. */
const LONGEST_PAUSE_MS = 60_000;

interface BadLine {
	readonly fault: string;
	readonly state: WireState;
	readonly minutes: number;
	readonly says: RegExp;
	readonly timeout?: string;
}

interface WiredScene extends Scene {
	readonly wire: Wire;
}

/** An agent that reaches the server by a line that can go bad. */
async function openWired(vault: object = {}): Promise<WiredScene> {
	const stage = await openStage();
	const wire = await openWire(stage.vault.address);
	const scene = await openScene({ stage, settings: { vault: { address: wire.address, ...vault } } });
	return { ...scene, wire };
}

describe("a line that is bad", () => {
	test.for<BadLine>([
		{ fault: "Vault is gone for an hour", state: "refused", minutes: 60, says: /connect refused/ },
		{ fault: "every connection is reset", state: "reset", minutes: 20, says: /connection reset/ },
		{
			fault: "Vault takes connections and never answers",
			state: "frozen",
			minutes: 5,
			timeout: "100ms",
			says: /no answer within 0\.1 s/,
		},
		{
			fault: "answers come too slowly to be whole in time",
			state: "slow",
			minutes: 5,
			timeout: "100ms",
			says: /no answer within 0\.1 s/,
		},
	])("$fault", async ({ state, minutes, says, timeout = "30s" }, { annotate }) => {
		const scene = await openWired({ timeout });
		const { agent, vault, wire } = scene;

		await wire.turn(state);
		vault.put(OPENAI, { api_key: "sk-2" });
		const seen = await endure(scene, minutes * MINUTE);

		await annotate(JSON.stringify(seen));
		expect(seen.state).toBe("stale");
		expect(agent.said("read failed")[0]).toMatch(says);
		expect(seen.firstMinute).toBeLessThanOrEqual(BUDGET.firstMinute);
		expect(seen.laterMinutes).toBeLessThanOrEqual(BUDGET.laterMinutes);

		await wire.turn("whole");
		const backMs = await recover(scene, LONGEST_PAUSE_MS);

		await annotate(`back after ${backMs} ms`);
		expectSeldomSaid(scene, minutes);
	});

	test("that is slow, but not too slow, is no fault", async () => {
		const scene = await openWired();
		const { agent, vault, wire } = scene;

		await wire.turn("slow");
		vault.put(OPENAI, { api_key: "sk-2" });
		await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"), 17_000);

		expect((await agent.status()).state).toBe("ready");
		expect(agent.said("read failed")).toEqual([]);
	});

	test("on which idle connections are reset between two polls is noticed by nobody", async () => {
		const scene = await openWired();
		const { agent, wire } = scene;
		const opened = wire.connections;

		for (let poll = 0; poll < 20; poll++) {
			wire.cut();
			await agent.pass(17_000);
		}

		expect(wire.connections).toBeGreaterThan(opened + 15);
		expect(agent.said("read failed")).toEqual([]);
	});

	test("for one request costs less than a second, whoever makes it", async () => {
		const scene = await openScene();
		const { agent, vault, clock } = scene;
		for (const fault of [{ kind: "cut" }, { kind: "status", status: 500 }] as const) {
			const from = clock.now();
			vault.server.faults.add(fault, { count: 1 });
			await agent.pass(17_000);
			const failed = agent.tried(from).find(({ status }) => status === 0 || status === 500);
			const next = agent.tried(from).find(({ at, path }) => at > (failed?.at ?? 0) && path === failed?.path);

			expect((next?.at ?? Number.POSITIVE_INFINITY) - (failed?.at ?? 0)).toBeLessThanOrEqual(1000);
			expect(next?.status).toBe(200);
		}
	});
});

describe("a server that is sealed", () => {
	test("keeps everything as it is, and is back with the unsealing", async ({ annotate }) => {
		const scene = await openScene();
		const { agent, vault } = scene;
		vault.put(OPENAI, { api_key: "sk-2" });
		await vault.send("PUT", "sys/seal");

		const seen = await endure(scene, HOUR);

		await annotate(JSON.stringify(seen));
		expect(seen.state).toBe("stale");
		expect(seen.firstMinute).toBeLessThanOrEqual(BUDGET.firstMinute);
		expect(seen.laterMinutes).toBeLessThanOrEqual(BUDGET.laterMinutes);
		expect(agent.said("read failed")[0]).toMatch(/Vault is sealed \(503\)/);

		await vault.send("PUT", "sys/unseal", { key: vault.server.unsealKey });
		await annotate(`back after ${await recover(scene, LONGEST_PAUSE_MS)} ms`);
		expectSeldomSaid(scene, 60);
	});
});

describe("a name", () => {
	/** A name service that says what the test says. */
	function names(answer: { address?: string | undefined }): {
		readonly lookup: LookupFunction;
		asked: () => number;
	} {
		let asked = 0;
		return {
			asked: () => asked,
			lookup: (_host, options, done) => {
				asked++;
				const { address } = answer;
				const error = Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
				if (address === undefined) setImmediate(() => done(error, []));
				else if (options.all) setImmediate(() => done(null, [{ address, family: 4 }]));
				else setImmediate(() => done(null, address, 4));
			},
		};
	}

	async function openNamed() {
		const stage = await openStage();
		const first = await openWire(stage.vault.address);
		const second = await openWire(stage.vault.address, { host: "127.0.0.2", port: first.port });
		const answer: { address?: string | undefined } = { address: "127.0.0.1" };
		const { lookup, asked } = names(answer);
		const settings = { vault: { address: `http://vault.test:${first.port}` } };
		const scene = await openScene({ stage, settings, surroundings: { lookup } });
		return { ...scene, first, second, answer, asked };
	}

	test("that vanishes with its server and comes back with another address is followed", async ({
		annotate,
	}) => {
		const scene = await openNamed();
		const { agent, vault, first, second, answer } = scene;

		await first.turn("refused");
		answer.address = undefined;
		vault.put(OPENAI, { api_key: "sk-2" });
		const seen = await endure(scene, 20 * MINUTE);

		await annotate(JSON.stringify(seen));
		expect(seen.state).toBe("stale");
		expect(agent.said("read failed").at(-1)).toMatch(/host name not found/);
		expect(seen.laterMinutes).toBeLessThanOrEqual(BUDGET.laterMinutes);

		answer.address = "127.0.0.2";
		await annotate(`back after ${await recover(scene, LONGEST_PAUSE_MS)} ms`);
		expect(second.connections).toBeGreaterThan(0);
	});

	test("is asked for at every new connection and at no other time", async () => {
		const scene = await openNamed();
		const { agent, first, second, answer, asked } = scene;
		const before = asked();
		await agent.pass(10 * MINUTE);
		expect(asked()).toBe(before);

		answer.address = "127.0.0.2";
		first.cut();
		await agent.pass(MINUTE);

		expect(asked()).toBeGreaterThan(before);
		expect(second.connections).toBeGreaterThan(0);
		expect(agent.said("read failed")).toEqual([]);
	});
});

describe("a certificate", () => {
	const pem = (name: string) => readFileSync(join(FIXTURES, name), "utf8");
	const fixture = (name: string): ServerIdentity => ({ cert: pem(`${name}.crt`), key: pem(`${name}.key`) });
	const ofStranger = (): ServerIdentity & { readonly ca: string } => {
		const stranger = createDevCa(systemClock, randomBytes);
		const { certificate, privateKey } = stranger.forServer("127.0.0.1");
		return { cert: certificate, key: privateKey, ca: stranger.certificate };
	};

	test.for<{ fault: string; identity: () => ServerIdentity; says: RegExp }>([
		{ fault: "that has expired", identity: () => fixture("expired"), says: /its certificate has expired/ },
		{ fault: "of another CA", identity: ofStranger, says: /signed by an unknown CA/ },
		{
			fault: "for another name",
			identity: () => fixture("client"),
			says: /its certificate is for another name/,
		},
	])("$fault is refused, and the right one taken at once", async ({ identity, says }, { annotate }) => {
		const stage = await openStage();
		const wire = await openWire(stage.vault.address, { tls: fixture("server") });
		const ca = stage.place.write("ca.crt", pem("ca.crt"));
		const scene = await openScene({ stage, settings: { vault: { address: wire.address, ca_cert: ca } } });
		const { agent, vault } = scene;

		wire.show(identity());
		vault.put(OPENAI, { api_key: "sk-2" });
		const before = vault.server.requests.total;
		const seen = await endure(scene, 20 * MINUTE);

		await annotate(JSON.stringify(seen));
		expect(seen.state).toBe("stale");
		expect(agent.said("read failed")[0]).toMatch(says);
		expect(seen.laterMinutes).toBeLessThanOrEqual(BUDGET.laterMinutes);
		expect(vault.server.requests.total).toBe(before); // not one got through, and no token with it

		wire.show(fixture("server"));
		await annotate(`back after ${await recover(scene, LONGEST_PAUSE_MS)} ms`);
	});

	test("of a new CA is taken as soon as the file of the CA is the new one, though nobody says so", async () => {
		const stage = await openStage();
		const wire = await openWire(stage.vault.address, { tls: fixture("server") });
		const ca = stage.place.write("ca.crt", pem("ca.crt"));
		const settings = { vault: { address: wire.address, ca_cert: ca } };
		const scene = await openScene({ stage, settings });
		const { agent, vault } = scene;
		const next = ofStranger();

		wire.show(next);
		vault.put(OPENAI, { api_key: "sk-2" });
		await agent.pass(5 * MINUTE);
		expect((await agent.status()).state).toBe("stale");
		stage.place.write("ca.crt", next.ca);

		await recover(scene, 2 * LONGEST_PAUSE_MS); // the try that fails, and the one after it
		expect(agent.said("tls")).toEqual([expect.stringContaining("the TLS files have changed")]);
	});
});

describe("with two addresses", () => {
	async function openPair() {
		const stage = await openStage();
		const [first, second] = [await openWire(stage.vault.address), await openWire(stage.vault.address)];
		const settings = { vault: { address: [first.address, second.address] } };
		return { ...(await openScene({ stage, settings })), first, second };
	}

	test("the other one is asked within a second of a failure, and the first one again after the other's", async ({
		annotate,
	}) => {
		const scene = await openPair();
		const { agent, vault, first, second } = scene;
		await first.turn("refused");
		vault.put(OPENAI, { api_key: "sk-2" });

		const firstMs = await agent.passUntil(
			() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"),
			16_500 + 1000,
		);
		await first.turn("whole");
		await second.turn("refused");
		vault.put(OPENAI, { api_key: "sk-3" });
		const secondMs = await agent.passUntil(
			() => expect(agent.file("openai.env").text).toBe("KEY=sk-3"),
			16_500 + 1000,
		);

		await annotate(`new values after ${firstMs} ms and ${secondMs} ms`);
		expect(agent.said("read failed")).toHaveLength(2);
		expect(agent.said("recovered")).toHaveLength(2);
	});

	test("a fail-over in the middle of a round delivers together what was written together", async () => {
		const scene = await openPair();
		const { agent, vault, first } = scene;
		vault.put(OPENAI, { api_key: "sk-2" });
		vault.put(AZURE, { api_key: "az-2" });
		vault.server.faults.add({ kind: "cut" }, { path: AZURE, count: 1 });
		const opened = first.connections;

		await agent.passUntil(() => expect(agent.file("azure.env").text).toBe("KEY=az-2"), 16_500);

		expect(agent.file("openai.env").text).toBe("KEY=sk-2");
		expect((await agent.status()).generation.number).toBe(2);
		expect(scene.signals()).toBe(1);
		expect(agent.said("read failed")).toEqual([]);
		expect(first.connections).toBe(opened);
	});

	test("one that never answers holds a start up for one timeout", async () => {
		const stage = await openStage();
		const [first, second] = [await openWire(stage.vault.address), await openWire(stage.vault.address)];
		await first.turn("frozen");
		stage.vault.put(OPENAI, { api_key: "sk-1" });
		const vault = { address: [first.address, second.address], timeout: "100ms" };
		const agent = stage.start({
			vault,
			templates: [{ ...keyFile(OPENAI, "openai.env"), on_change: "none" }],
		});

		await eventually(() => expect(first.connections).toBe(1));
		await agent.passUntil(async () => expect((await agent.status()).ready).toBe(true), 1000);

		expect(agent.tried().map(({ status }) => status)).toEqual([0, 200, 200]);
	});

	test("a standby that sends to the other one is followed, with the token", async () => {
		const stage = await openStage();
		const standby = await loopback((response, { url }) => {
			response.writeHead(307, { Location: `${stage.vault.address}${url}` }).end();
		});
		const settings = { vault: { address: [standby.address, stage.vault.address] } };
		const scene = await openScene({ stage, settings });
		const { agent, vault } = scene;
		vault.put(OPENAI, { api_key: "sk-2" });

		await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"), 17_000);

		expect(standby.seen.length).toBeGreaterThan(5);
		expect(agent.said("read failed")).toEqual([]);
	});
});

test("a path that hangs costs the others no more than a second", async ({ annotate }) => {
	const STUCK = "secret/data/llm/stuck";
	const stage = await openStage();
	stage.vault.put(STUCK, { api_key: "x" });
	const templates = [keyFile(OPENAI, "openai.env"), keyFile(AZURE, "azure.env"), keyFile(STUCK, "stuck.env")];
	const scene = await openScene({ stage, settings: { templates } });
	const { agent, vault, hold } = scene;
	vault.server.faults.add({ kind: "cut" }, { path: STUCK });
	await agent.passUntil(() => expect(agent.said("read failed")).toHaveLength(1), 17_000);
	hold(STUCK);
	vault.server.faults.clear();
	vault.server.faults.add({ kind: "stall" }, { path: STUCK });
	const tries = vault.count(STUCK);
	await agent.passUntil(() => expect(vault.count(STUCK)).toBe(tries + 1), 5000);

	vault.put(OPENAI, { api_key: "sk-2" });
	const ms = await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"), 17_500);

	await annotate(`the new key of another after ${ms} ms`);
	expect(await agent.status()).toMatchObject({ state: "stale" });
	expect(vault.count(STUCK)).toBe(tries + 1);
});
