import { describe, expect, test } from "vitest";
import { Fleet, FLEET_ROLE } from "../support/fleet.ts";

const SIZE = 300;
/** Enough where each stands for itself. */
const FEW = 40;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const INTERVAL = 15 * SECOND;

const KEYS = ["openai", "azure", "anthropic"].map((name) => `secret/data/llm/${name}`);
const OPENAI = "secret/data/llm/openai";
const POLICY = `
path "secret/data/llm/*" { capabilities = ["read"] }
path "database/creds/app" { capabilities = ["read"] }
`;

/** Polls of all when nothing happens, each second. */
const CALM = (SIZE * KEYS.length) / (INTERVAL / SECOND);

/**
 * The most requests in any second, once a start is over: by so much seconds differ where nobody keeps step. In step, there
 * would be three requests of each in one.
 */
const PEAK = 3 * CALM;

/** The most requests of one agent in the first minute of an outage, and in a later one: ten and three of each thing. */
const FIRST_MINUTE = 40;
const LATER_MINUTE = 15;

/** Agents with three keys and a credential, started at one moment. */
function startAll(before: (fleet: Fleet) => void = () => undefined, size = SIZE) {
	const fleet = new Fleet({
		size,
		seed: {
			policies: { fleet: POLICY },
			approles: { fleet: { ...FLEET_ROLE, token_policies: "fleet", token_ttl: "6m", token_max_ttl: "30m" } },
			database: { roles: { app: { default_ttl: "4m", max_ttl: "20m" } } },
			secrets: Object.fromEntries(KEYS.map((path) => [path, { api_key: "sk-1" }])),
		},
		paths: [...KEYS, "database/creds/app"],
		pollIntervalMs: INTERVAL,
	});
	before(fleet);
	fleet.start();
	return { fleet, clock: fleet.clock, vault: fleet.vault, start: fleet.clock.now() };
}

/** Requests a minute and agent. */
function rate(fleet: Fleet, [from, to]: readonly [number, number], path?: RegExp): number {
	return fleet.arrivals(from, to, path).length / fleet.size / ((to - from) / MINUTE);
}

describe("three hundred agents that are started at one moment", () => {
	test("ask for what they need at once, and part from then on", async () => {
		const { fleet, clock, start } = startAll();

		await clock.advance(7 * MINUTE);

		const end = clock.now();
		expect(fleet.having("sk-1")).toBe(SIZE);
		// A login, a question about the mount, three keys and a credential.
		expect(fleet.arrivals(start, start + SECOND)).toHaveLength(6 * SIZE);
		expect(fleet.peak(start + SECOND, end)).toBeLessThan(PEAK);
		expect(rate(fleet, [start + SECOND, end], /llm/)).toBeCloseTo(12, 0);
		expect(rate(fleet, [start, end], /renew/)).toBeLessThan(0.7);
		expect(fleet.arrivals(start, end, /login/)).toHaveLength(SIZE);
	});

	test("and told to stay away for half a minute, do not come back as one", async () => {
		const { fleet, clock, start } = startAll(({ vault, clock: time }) => {
			const end = time.now() + 5 * SECOND;
			vault.obstacle = () => (time.now() < end ? { status: 429, retryAfterMs: 30_000 } : undefined);
		});

		await clock.advance(3 * MINUTE);

		expect(fleet.having("sk-1")).toBe(SIZE);
		expect(fleet.arrivals(start, start + 30 * SECOND)).toHaveLength(SIZE);
		expect(fleet.peak(start + 30 * SECOND, clock.now())).toBeLessThan(PEAK);
	});

	test("against a limit of a hundred requests a second, all have what they need within a minute", async () => {
		const { fleet, clock, start } = startAll(({ vault, clock: time }) => {
			let window = 0;
			let used = 0;
			vault.obstacle = () => {
				const second = Math.floor(time.now() / SECOND);
				used = second === window ? used + 1 : 1;
				window = second;
				return used > 100 ? { status: 429, retryAfterMs: SECOND } : undefined;
			};
		});

		await clock.advance(MINUTE);
		const refused = fleet.arrivals(start, clock.now()).filter(({ status }) => status === 429).length;
		await clock.advance(MINUTE);

		expect(fleet.having("sk-1")).toBe(SIZE);
		expect(refused / SIZE).toBeLessThan(15);
		const later = fleet.arrivals(start + MINUTE, clock.now()).filter(({ status }) => status === 429);
		expect(later.length / SIZE).toBeLessThan(0.2);
	});
});

describe("three hundred running agents", () => {
	test("meet an outage of five minutes with a bounded number of requests, and come back without a rush", async () => {
		const { fleet, clock, vault } = startAll();
		await clock.advance(MINUTE);
		const gone = clock.now();
		vault.obstacle = () => ({});
		await clock.advance(5 * MINUTE);
		const back = clock.now();
		vault.obstacle = () => undefined;
		vault.seed({ secrets: { [OPENAI]: { api_key: "sk-2" } } });
		await clock.advance(2 * MINUTE);

		expect(fleet.having("sk-2")).toBe(SIZE);
		expect(fleet.having("sk-1")).toBe(SIZE);
		expect(rate(fleet, [gone, gone + MINUTE])).toBeLessThan(FIRST_MINUTE);
		expect(rate(fleet, [gone + MINUTE, back])).toBeLessThan(LATER_MINUTE);
		// Each logs in, reads all keys until two rounds agree, and has a new credential: nine requests, over half a minute.
		expect(fleet.peak(back, clock.now())).toBeLessThan(1.5 * SIZE);
	});

	test("ask a server that answers 503 for ten minutes ever more seldom", async () => {
		const { fleet, clock, vault } = startAll();
		await clock.advance(MINUTE);
		const from = clock.now();
		vault.obstacle = () => ({ status: 503 });

		await clock.advance(10 * MINUTE);

		expect(rate(fleet, [from, from + MINUTE])).toBeLessThan(FIRST_MINUTE);
		expect(rate(fleet, [from + MINUTE, clock.now()])).toBeLessThan(LATER_MINUTE);
		// Tokens and leases of all end at the same moments meanwhile.
		expect(fleet.peak(from + MINUTE, clock.now())).toBeLessThan(SIZE);
	});
});

describe("what cannot be mended by waiting", () => {
	test("settles at two requests a minute for a path that is forbidden; the others are asked for as before", async () => {
		const { fleet, clock, vault } = startAll(undefined, FEW);
		await clock.advance(MINUTE);
		const from = clock.now();
		vault.obstacle = ({ path }) => (path === OPENAI ? { status: 403 } : undefined);

		await clock.advance(7 * MINUTE);

		const settled: readonly [number, number] = [from + 2 * MINUTE, clock.now()];
		expect(rate(fleet, settled, /openai/)).toBeLessThan(2.3);
		expect(rate(fleet, settled, /azure|anthropic/)).toBeCloseTo(8, 0);
		expect(rate(fleet, settled, /lookup-self/)).toBeLessThan(1);
		expect(fleet.arrivals(...settled, /login/)).toEqual([]);
	});

	test("settles at the cap of the back-off for a login that is refused", async () => {
		const refuse = ({ vault }: Fleet) => {
			vault.obstacle = ({ path }) => (path.endsWith("/login") ? { status: 400 } : undefined);
		};
		const { fleet, clock, start } = startAll(refuse, FEW);

		await clock.advance(40 * MINUTE);

		const settled = start + 20 * MINUTE;
		expect(rate(fleet, [start, start + 10 * MINUTE])).toBeLessThan(1.5);
		expect(rate(fleet, [settled, clock.now()])).toBeLessThan(0.6);
	});
});

test("an hour of one agent with twenty secrets that stay as they are costs twenty reads an interval, and no login", async () => {
	const paths = Array.from({ length: 20 }, (_, index) => `secret/data/llm/s${index}`);
	const fleet = new Fleet({
		size: 1,
		seed: {
			policies: { fleet: POLICY },
			approles: { fleet: { ...FLEET_ROLE, token_policies: "fleet", token_ttl: "1h" } },
			secrets: Object.fromEntries(paths.map((path) => [path, { api_key: "sk-1" }])),
		},
		paths,
		pollIntervalMs: INTERVAL,
	});
	fleet.start();
	await fleet.clock.advance(MINUTE);
	const from = fleet.clock.now();

	await fleet.clock.advance(60 * MINUTE);

	const hour = [from, fleet.clock.now()] as const;
	const reads = fleet.arrivals(...hour, /llm/).length;
	const rounds = fleet.arrivals(...hour, /llm\/s0$/).length;
	expect(rounds).toBeGreaterThanOrEqual(220);
	expect(rounds).toBeLessThanOrEqual(260);
	expect(reads).toBe(20 * rounds);
	expect(fleet.arrivals(...hour).length - reads).toBe(fleet.arrivals(...hour, /renew-self/).length);
	expect(fleet.arrivals(...hour, /renew-self/).length).toBeLessThanOrEqual(2);
});
