import { describe, expect, test } from "vitest";
import { lintMetrics, parseMetrics } from "../../test/support/prometheus-text.ts";
import { handingOver, someReport } from "../../test/support/status-report.ts";
import { createTally, metricsOf, type StatusReport } from "./mod.ts";

/** Metrics over a report that the test may change. */
function bench(first: StatusReport = someReport()) {
	const tally = createTally();
	let report = first;
	const text = metricsOf({
		tally,
		report: () => report,
		usage: () => ({ residentBytes: 60_000_000, cpuSeconds: 1.5, startedAt: 1_700_000_000 }),
		clean: (label) => label.replaceAll("planted", "[redacted]"),
	});
	const scrape = async () => {
		const families = parseMetrics(await text());
		return {
			families,
			values: new Map([...families.values()].flatMap(({ samples }) => [...samples])),
		};
	};
	return {
		tally,
		scrape,
		become: (next: StatusReport) => {
			report = next;
		},
	};
}

describe("the metrics", () => {
	test("are what Prometheus reads, by its rules for names", async () => {
		const { tally, scrape } = bench(someReport({ child: handingOver() }));
		tally.add("keyturn_renders_total", { unit: 'a "quoted"\\\npath', result: "done" });
		tally.observe("keyturn_rotation_delivery_seconds", 3);

		const { families } = await scrape();

		expect(families.size).toBeGreaterThan(20);
		expect(lintMetrics(families.values())).toEqual([]);
	});

	test("hold what was counted, also before anybody asked", async () => {
		const { tally, scrape } = bench();
		const read = { operation: "read", status: "200" };
		for (let n = 0; n < 3; n++) tally.add("keyturn_vault_requests_total", read);
		const first = (await scrape()).values;
		tally.add("keyturn_vault_requests_total", read);
		tally.add("keyturn_vault_requests_total", { operation: "login", status: "none" });
		const second = (await scrape()).values;

		expect(first.get('keyturn_vault_requests_total{operation="read",status="200"}')).toBe(3);
		expect(second.get('keyturn_vault_requests_total{operation="read",status="200"}')).toBe(4);
		expect(second.get('keyturn_vault_requests_total{operation="login",status="none"}')).toBe(1);
	});

	test("time each observation once, in its bucket and in the sum, however often they are asked for", async () => {
		const { tally, scrape } = bench();
		const name = "keyturn_rotation_delivery_seconds";
		for (const seconds of [0.4, 0.2, 14, 100_000]) tally.observe(name, seconds);
		await scrape();
		tally.observe(name, 15);
		const { values } = await scrape();

		expect(values.get(`${name}_bucket{le="0.5"}`)).toBe(2);
		expect(values.get(`${name}_bucket{le="15"}`)).toBe(4);
		expect(values.get(`${name}_bucket{le="86400"}`)).toBe(4);
		expect(values.get(`${name}_count`)).toBe(5);
		expect(values.get(`${name}_sum`)).toBeCloseTo(100_029.6);
	});

	test("tell of the newest version of a path, and of the oldest credential", async () => {
		const path = "secret/data/llm/openai";
		const pki = { path: "pki/issue/gateway", kind: "plain", state: "fresh" } as const;
		const kv = { path, kind: "kv2", state: "fresh" } as const;
		const secrets = [
			{ ...kv, version: 3, age_seconds: 20 },
			{ ...kv, version: 2, age_seconds: 9_000_000 },
			{ ...pki, age_seconds: 70 },
			{ ...pki, age_seconds: 30 },
		];
		const { scrape } = bench(someReport({ secrets }));

		const { values } = await scrape();

		expect(values.get(`keyturn_secret_version{path="${path}"}`)).toBe(3);
		expect(values.get(`keyturn_secret_age_seconds{path="${path}"}`)).toBe(20);
		expect(values.get('keyturn_secret_age_seconds{path="pki/issue/gateway"}')).toBe(70);
	});

	test("tell the state of this moment, and forget what is no more", async () => {
		const { scrape, become } = bench();
		const before = (await scrape()).values;
		const { child: _none, ...withoutChild } = someReport({ state: "stale", ready: false, secrets: [] });
		become(withoutChild);
		const after = (await scrape()).values;

		expect(Object.fromEntries(before)).toMatchObject({
			'keyturn_build_info{version="1.2.3"}': 1,
			'keyturn_state{state="ready"}': 1,
			keyturn_ready: 1,
			keyturn_generation: 2,
			keyturn_token_ttl_seconds: 2460,
			'keyturn_secrets{state="held"}': 1,
			'keyturn_secret_version{path="secret/data/llm/openai"}': 5,
			'keyturn_files{state="current"}': 1,
			keyturn_child_up: 1,
			process_resident_memory_bytes: 60_000_000,
			process_cpu_seconds_total: 1.5,
		});
		expect(after.get('keyturn_state{state="ready"}')).toBe(0);
		expect(after.get('keyturn_state{state="stale"}')).toBe(1);
		expect(after.has("keyturn_child_up")).toBe(false);
		expect([...after.keys()].filter((key) => key.startsWith("keyturn_secret_version"))).toEqual([]);
	});

	test("tell of a hand-over, and of the public address's clients", async () => {
		const { tally, scrape, become } = bench(someReport({ child: handingOver() }));
		tally.add("keyturn_connections_cut_total", {}, 3);
		tally.observe("keyturn_hand_over_seconds", 5.2);
		const { values, families } = await scrape();
		become(someReport());
		const without = (await scrape()).values;

		expect(Object.fromEntries(values)).toMatchObject({
			keyturn_child_draining: 2,
			keyturn_child_draining_open: 4,
			keyturn_front_connections: 42,
			keyturn_front_waiting: 0,
			keyturn_front_accepted_total: 1300,
			keyturn_front_failed_total: 0,
			keyturn_connections_cut_total: 3,
			keyturn_hand_over_seconds_sum: 5.2,
			keyturn_generation_rejected: 0,
		});
		expect(families.get("keyturn_front_accepted_total")?.type).toBe("counter");
		expect([...without.keys()].filter((name) => /front|draining/.test(name))).toEqual([]);
	});

	test("hold no live secret in a label", async () => {
		const { tally, scrape } = bench();
		tally.add("keyturn_secret_changes_total", { path: "kv/planted" });

		const { values } = await scrape();

		expect(values.get('keyturn_secret_changes_total{path="kv/[redacted]"}')).toBe(1);
	});
});
