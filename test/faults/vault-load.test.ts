import { describe, expect, test } from "vitest";
import { approleMethod, TokenSession } from "../../src/auth/mod.ts";
import { Secret } from "../../src/kernel/mod.ts";
import { SecretReader, SecretStore, VaultLeases } from "../../src/secrets/mod.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { away, FakeVault, grantReply, reply } from "../support/fake-vault.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { openStage } from "../support/whole-agent.ts";
import { HOUR, keyFile, MINUTE, OPENAI, openScene } from "./vault-scene.ts";

const INTERVAL_MS = 15_000;

test("a quiet hour costs one read per secret and interval, and nothing else", async ({ annotate }) => {
	const paths = Array.from({ length: 10 }, (_, n) => `secret/data/llm/${n}`);
	const stage = await openStage();
	for (const path of paths) stage.vault.put(path, { api_key: "x" });
	const templates = [keyFile(OPENAI, "openai.env"), ...paths.map((path, n) => keyFile(path, `${n}.env`))];
	const scene = await openScene({
		stage,
		settings: { templates: [...templates, keyFile(OPENAI, "azure.env")] },
	});
	const { agent, vault, clock } = scene;
	const from = clock.now();
	const total = vault.server.requests.total;

	await agent.pass(HOUR);

	const tried = agent.tried(from);
	const times = tried.filter(({ path }) => path === OPENAI).map(({ at }) => at);
	const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
	await annotate(`${tried.length} requests in an hour for ${paths.length + 1} secrets`);
	expect(new Set(tried.map(({ path }) => path))).toEqual(new Set([...paths, OPENAI]));
	expect(vault.server.requests.total - total).toBe(tried.length);
	expect(tried.length).toBe((paths.length + 1) * times.length);
	expect(times.length).toBeLessThanOrEqual(HOUR / (0.9 * INTERVAL_MS));
	expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.8 * INTERVAL_MS);
	expect(Math.max(...gaps)).toBeLessThanOrEqual(1.2 * INTERVAL_MS);
});

describe("from a write to the file and the signal", () => {
	test.for([
		{ interval: "15s", withinMs: 16_500 },
		{ interval: "1s", withinMs: 1100 },
	])(
		"19 of 20 take no longer than the poll interval and a tenth: $interval",
		async ({ interval, withinMs }, { annotate }) => {
			const scene = await openScene({ settings: { ...filesOf(), poll_interval: interval } });
			const { agent, vault, clock } = scene;
			const random = seededRandom();
			const delays: number[] = [];
			for (let version = 2; version < 102; version++) {
				await agent.pass(Math.round(withinMs * (1 + random())));
				const from = clock.now();
				vault.put(OPENAI, { api_key: `sk-${version}` });
				const isThere = () => expect(agent.file("openai.env").text).toBe(`KEY=sk-${version}`);
				await agent.passUntil(isThere, MINUTE);
				const told = agent.lines.find(({ event, at }) => event === "turned over" && at >= from);
				delays.push((told?.at ?? Number.POSITIVE_INFINITY) - from);
			}

			const sorted = delays.toSorted((a, b) => a - b);
			await annotate(`p50 ${sorted[49]} ms, p95 ${sorted[94]} ms, worst ${sorted[99]} ms`);
			expect(sorted[94]).toBeLessThanOrEqual(withinMs);
		},
	);

	const filesOf = () => ({ templates: [keyFile(OPENAI, "openai.env"), keyFile(OPENAI, "azure.env")] });
});

describe("three hundred agents", () => {
	const AGENTS = 300;
	const PATHS = ["secret/data/llm/openai", "secret/data/llm/azure"];
	const PERIOD_MS = 1000;

	/** Each with a login and two secrets of its own; they all share a clock and a server, and nothing else. */
	async function fleet() {
		const clock = new FakeClock(1_000_000);
		let isAway = false;
		const vault = new FakeVault(clock, (call) => {
			if (isAway) throw away(call);
			if (call.path.endsWith("login")) return grantReply("hvs.t", { lease_duration: 3600 });
			return reply({
				data: { data: { key: "x" }, metadata: { version: 1, created_time: "2026-11-21T12:00:00Z" } },
			});
		});
		const stop = new AbortController();
		const { signal } = stop;
		const random = seededRandom();
		const run = async () => {
			const deps = { client: vault, clock, random, log: new RecordingLog() };
			const files = { readFile: () => Promise.reject(new Error("none")), unlink: () => Promise.resolve() };
			const roleId = { kind: "value", value: new Secret("role") } as const;
			const method = approleMethod(
				{ mountPath: "auth/approle", roleId, removeSecretIdFile: false },
				{ ...deps, files, onCredential: () => undefined },
			);
			const backoff = { minMs: 1000, maxMs: 5 * MINUTE };
			const tokens = new TokenSession({ ...deps, method, backoff, hide: () => () => undefined });
			const reader = new SecretReader({ ...deps, tokens });
			const leases = new VaultLeases({ ...deps, tokens });
			const read = reader.read.bind(reader);
			const store = new SecretStore({ ...deps, read, leases, pollIntervalMs: INTERVAL_MS });
			void tokens.keepAlive(signal).catch(() => undefined);
			await store.ensure(
				PATHS.map((path) => ({ kind: "read", path })),
				signal,
			);
			while (!signal.aborted) {
				await clock.sleep(store.untilDue(), signal);
				await store.poll(signal);
			}
		};
		for (let agent = 0; agent < AGENTS; agent++) void run().catch(() => undefined);
		await clock.advance(0);
		return {
			vault,
			clock,
			stop,
			turn: (next: "away" | "back") => {
				isAway = next === "away";
			},
			/** Most requests in any second since then. */
			worstSecond: (since: number) => {
				const perSecond = Map.groupBy(
					vault.calls.filter(({ at }) => at >= since),
					({ at }) => Math.floor(at / PERIOD_MS),
				);
				return Math.max(0, ...[...perSecond.values()].map(({ length }) => length));
			},
		};
	}

	test("that started at the same moment do not stay in step", async ({ annotate }) => {
		const { clock, stop, worstSecond } = await fleet();
		const started = clock.now();
		await clock.advance(5 * MINUTE);
		const settled = clock.now();
		await clock.advance(2 * MINUTE);
		stop.abort(new Error("the end"));

		const mean = (AGENTS * PATHS.length) / (INTERVAL_MS / PERIOD_MS);
		await annotate(
			`worst second: ${worstSecond(started + PERIOD_MS)} after the start, ` +
				`${worstSecond(settled)} after five minutes; ${mean} on average`,
		);
		expect(worstSecond(settled)).toBeLessThan(3 * mean);
	});

	test("that a server comes back to do not come back at once", async ({ annotate }) => {
		const { clock, stop, turn, worstSecond } = await fleet();
		await clock.advance(MINUTE);
		turn("away");
		await clock.advance(5 * MINUTE);
		const back = clock.now();
		turn("back");
		await clock.advance(2 * MINUTE);
		stop.abort(new Error("the end"));

		await annotate(`worst second after its return: ${worstSecond(back)}`);
		expect(worstSecond(back)).toBeLessThan(100);
	});
});
