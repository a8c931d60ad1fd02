import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeLeases } from "../../test/support/fake-leases.ts";
import { away, refusal } from "../../test/support/fake-vault.ts";
import { seededRandom } from "../../test/support/seeded-random.ts";
import { type Finding, requestKey, type SecretRequest, SecretStore } from "./mod.ts";

const INTERVAL = 15_000;
const signal = new AbortController().signal;
const call = { method: "GET", path: "secret/data/x" } as const;

function request(path: string, over: Partial<SecretRequest> = {}): SecretRequest {
	return { kind: "read", path, ...over };
}

/** A KV v2 finding; each version was written an hour after the one before. */
function present(path: string, version: number, over: { value?: string; hour?: number } = {}): Finding {
	const fields = { value: over.value ?? `v${version}` };
	const createdTime = new Date((over.hour ?? version) * 3_600_000).toISOString();
	const base = { leaseId: "", leaseDuration: 0, renewable: false, requestId: "r-1" };
	return {
		kind: "present",
		view: { path, kind: "kv2", version, createdTime, fields, data: fields, ...base },
	};
}

function deleted(path: string, version: number): Finding {
	const createdTime = new Date(version * 3_600_000).toISOString();
	return { kind: "absent", path, reason: "deleted", version, createdTime };
}

interface Read {
	readonly key: string;
	readonly at: number;
}

function open(read: (request: SecretRequest) => Finding | Promise<Finding>, random = seededRandom()) {
	const clock = new FakeClock(1_000_000);
	const reads: Read[] = [];
	const dropped: string[] = [];
	const store = new SecretStore({
		dropped: (key) => void dropped.push(key),
		read: async (asked) => {
			reads.push({ key: requestKey(asked), at: clock.now() });
			return await read(asked);
		},
		leases: new FakeLeases(),
		clock,
		random,
		pollIntervalMs: INTERVAL,
	});
	/** Reads whatever is due, whenever it is due, for a span of time. @returns the changes with their times */
	const watch = async (ms: number) => {
		const changes: { key: string; at: number; after: Finding }[] = [];
		const end = clock.now() + ms;
		while (clock.now() + store.untilDue() <= end) {
			await clock.advance(store.untilDue());
			for (const { key, after } of await store.poll(signal)) changes.push({ key, at: clock.now(), after });
		}
		await clock.advance(end - clock.now());
		return changes;
	};
	return { clock, reads, dropped, store, watch, of: (key: string) => reads.filter((one) => one.key === key) };
}

function gaps(reads: readonly Read[]): number[] {
	return reads.slice(1).map(({ at }, index) => at - (reads[index]?.at ?? 0));
}

describe("reading", () => {
	test("asks once for each distinct request, however often and from how many sides it is wanted", async () => {
		const { store, reads } = open(({ path, version }) => present(path, version ?? 5));
		const wanted = [request("a"), request("b"), request("a"), request("a", { version: 3 }), request("a")];

		await Promise.all([store.ensure(wanted, signal), store.ensure(wanted, signal)]);
		await store.ensure(wanted, signal);

		expect(reads.map(({ key }) => key)).toEqual(["a", "b", "a?version=3"]);
		expect(store.entry("a?version=3")?.finding).toEqual(present("a", 3));
	});

	test("keeps apart what is read and what is listed", async () => {
		const { store, reads } = open(({ path }) => present(path, 1));

		await store.ensure([request("a"), request("a", { kind: "list" })], signal);

		expect(reads.map(({ key }) => key)).toEqual(["a", "list a"]);
	});

	test("keeps what was read when the next read fails, with the failure beside it", async () => {
		let isAway = false;
		const { store, watch } = open(({ path }) => {
			if (isAway) throw away(call);
			return present(path, 1);
		});
		await store.ensure([request("a")], signal);

		isAway = true;
		await watch(20 * 60_000);

		expect(store.entry("a")).toMatchObject({
			finding: present("a", 1),
			error: { code: "E_VAULT_UNREACHABLE" },
		});
	});

	test("lets a fault of the program through", async () => {
		const { store } = open(() => {
			throw new TypeError("a mistake");
		});

		await expect(store.ensure([request("a")], signal)).rejects.toThrow(TypeError);
	});

	test("forgets what nobody asks for any more, also while it is being read", async () => {
		const answer = Promise.withResolvers<Finding>();
		const { store, reads, dropped, watch } = open(({ path }) =>
			path === "b" ? answer.promise : present(path, 1),
		);
		await store.ensure([request("a")], signal);
		const reading = store.ensure([request("b")], signal);

		store.retain(new Set());
		answer.resolve(present("b", 1));
		await reading;
		await watch(60_000);

		expect(store.entries()).toEqual([]);
		expect(dropped).toEqual(["a", "b"]);
		expect(reads).toHaveLength(2);
		expect(store.untilDue()).toBe(Number.POSITIVE_INFINITY);
	});
});

describe("the poll", () => {
	test("reads each path once per interval, ±10 %, and all of them together", async () => {
		const { store, reads, watch, of } = open(({ path }) => present(path, 1));
		const paths = ["a", "b", "c"];
		await store.ensure(
			paths.map((path) => request(path)),
			signal,
		);

		await watch(200 * INTERVAL);

		expect(of("b").length).toBeGreaterThan(190);
		expect(of("b").length).toBeLessThan(211);
		const [, ...later] = gaps(of("a"));
		expect(Math.min(...later)).toBeGreaterThanOrEqual(0.9 * INTERVAL);
		expect(Math.max(...later)).toBeLessThanOrEqual(1.1 * INTERVAL);
		expect(new Set(later).size).toBeGreaterThan(50);
		expect(of("a").map(({ at }) => at)).toEqual(of("c").map(({ at }) => at));
		expect(reads.length).toBe(3 * of("a").length);
	});

	test("parts those that were started together at once: their first intervals are of all lengths", async () => {
		const firsts = await Promise.all(
			Array.from({ length: 200 }, async (_, seed) => {
				const { store } = open(({ path }) => present(path, 1), seededRandom(seed));
				await store.ensure([request("a")], signal);
				return store.untilDue() / INTERVAL;
			}),
		);

		const tenths = Array.from({ length: 11 }, (_, tenth) =>
			firsts.filter((first) => first >= tenth / 10 && first < (tenth + 1) / 10),
		).map(({ length }) => length);
		expect(tenths.slice(0, 3)).toEqual([0, 0, 0]);
		expect(Math.min(...tenths.slice(3))).toBeGreaterThan(10);
		expect(Math.max(...tenths)).toBeLessThan(50);
	});

	test("never reads a pinned version that is held, and keeps reading one that is not there yet", async () => {
		let isThere = false;
		const { store, watch, of } = open(({ path, version }) =>
			isThere || version === 1 ? present(path, version ?? 0) : { kind: "absent", path, reason: "missing" },
		);
		await store.ensure([request("a", { version: 1 }), request("a", { version: 2 })], signal);

		await watch(10 * INTERVAL);
		isThere = true;
		await watch(2 * INTERVAL);
		const late = of("a?version=2").length;
		await watch(10 * INTERVAL);

		expect(of("a?version=1")).toHaveLength(1);
		expect(late).toBeGreaterThan(9);
		expect(of("a?version=2")).toHaveLength(late);
	});

	test.each([
		["a new version", present("a", 1), present("a", 2), true],
		["other content of the same version", present("a", 1), present("a", 1, { value: "other" }), true],
		["the same again", present("a", 1), present("a", 1), false],
		["a deletion", present("a", 1), deleted("a", 1), true],
		["an undeletion", deleted("a", 1), present("a", 1), true],
		["an older version", present("a", 2), present("a", 1), false],
		["an older version that was deleted then", present("a", 2), deleted("a", 1), false],
		["an older version from before the deletion", deleted("a", 2), present("a", 1), false],
		["version 1 of a secret that was made anew", present("a", 7), present("a", 1, { hour: 9 }), true],
	])("takes %s for what it is", async (...[, before, after, isChange]) => {
		let served = before;
		const { store, watch } = open(() => served);
		await store.ensure([request("a")], signal);

		served = after;
		const changes = await watch(1.2 * INTERVAL);

		expect(changes.map(({ key }) => key)).toEqual(isChange ? ["a"] : []);
		expect(store.entry("a")?.finding).toEqual(isChange ? after : before);
	});

	test("believes an older version of another server, which has versions of its own", async () => {
		let answer = present("a", 7);
		const { store, clock } = open(() => answer);
		await store.ensure([request("a")], signal);
		await clock.advance(1);

		store.moved();
		answer = present("a", 1);
		const changes = await store.readAllAtOnce(signal);
		await clock.advance(1);
		answer = present("a", 0);
		const later = await store.readAllAtOnce(signal);

		expect(changes).toMatchObject([{ after: present("a", 1) }]);
		expect(later).toEqual([]);
	});

	test("believes it also when an answer of the server before comes after the move", async () => {
		let answer: Finding | Promise<Finding> = present("a", 7);
		const { store, clock } = open(() => answer);
		await store.ensure([request("a")], signal);
		const { promise, resolve } = Promise.withResolvers<Finding>();
		answer = promise;
		const reading = store.readAllAtOnce(signal);
		await clock.advance(1);

		store.moved();
		resolve(present("a", 7));
		await reading;
		answer = present("a", 1);

		expect(await store.readAllAtOnce(signal)).toMatchObject([{ after: present("a", 1) }]);
	});

	test("asks a replica that lags behind again soon, and goes back to its pace", async () => {
		const served = [present("a", 2), present("a", 1), present("a", 1), present("a", 3)];
		const { store, watch, of } = open(() => served.shift() ?? present("a", 3));
		await store.ensure([request("a")], signal);

		const changes = await watch(1.2 * INTERVAL);
		await watch(5 * INTERVAL);

		expect(changes.map(({ after }) => after)).toEqual([present("a", 3)]);
		expect(
			gaps(of("a"))
				.slice(1, 3)
				.every((gap) => gap <= 500),
		).toBe(true);
		expect(Math.min(...gaps(of("a")).slice(3))).toBeGreaterThan(0.5 * INTERVAL);
	});
});

describe("a path that fails", () => {
	test("costs no request on another, and settles at one a minute at most", async () => {
		const { store, watch, of } = open(({ path }) => {
			if (path === "bad") throw refusal(call, 403);
			return present(path, 1);
		});
		await store.ensure([request("good"), request("bad")], signal);

		await watch(3_600_000);

		expect(of("good").length).toBeLessThan(3_600_000 / (0.9 * INTERVAL) + 1);
		const late = gaps(of("bad")).slice(12);
		expect(Math.max(...late)).toBeLessThanOrEqual(60_000);
		expect(late.reduce((sum, gap) => sum + gap, 0) / late.length).toBeGreaterThan(20_000);
		expect(gaps(of("bad"))[0]).toBeLessThanOrEqual(250);
	});

	test("keeps its pause when the pace is said anew", async () => {
		const found = [present("a", 1)];
		const { store, watch } = open(() => {
			const [first] = found.splice(0);
			if (first === undefined) throw away(call);
			return first;
		});
		await store.ensure([request("a"), request("b")], signal);
		await watch(1.2 * INTERVAL);
		const pauses = store.entries().map(({ dueAt }) => dueAt);

		store.pace(new Map(["a", "b"].map((key) => [key, [{ pollIntervalMs: 3_600_000 }]])));

		expect(store.entries().map(({ dueAt }) => dueAt)).toEqual(pauses);
	});

	test("falls in step with the others when it is back", async () => {
		let isBad = false;
		const { store, watch, of } = open(({ path }) => {
			if (path === "bad" && isBad) throw away(call);
			return present(path, 1);
		});
		await store.ensure([request("good"), request("bad")], signal);
		isBad = true;
		await watch(4.5 * INTERVAL);

		isBad = false;
		await watch(6 * INTERVAL);

		const last = (key: string) =>
			of(key)
				.slice(-3)
				.map(({ at }) => at);
		expect(last("bad")).toEqual(last("good"));
	});

	test("is left alone for as long as Retry-After says", async () => {
		const { store, watch, of } = open(() => {
			throw refusal(call, 429, { retryAfterMs: 45_000 });
		});
		await store.ensure([request("a")], signal);

		await watch(600_000);

		expect(Math.min(...gaps(of("a")))).toBeGreaterThanOrEqual(45_000);
	});

	test("holds the others up for a moment at most while a try of it hangs, and is told when that ends", async () => {
		const hanging = Promise.withResolvers<Finding>();
		const answers = [() => present("bad", 1), () => Promise.reject(away(call)), () => hanging.promise];
		let version = 1;
		const { store, clock } = open(({ path }) =>
			path === "bad" ? (answers.shift()?.() ?? present("bad", 2)) : present(path, version),
		);
		await store.ensure([request("good"), request("bad")], signal);
		await clock.advance(1.2 * INTERVAL);
		await store.poll(signal);

		version = 2;
		await clock.advance(1.2 * INTERVAL);
		const polling = store.poll(signal);
		await clock.advance(1000);
		expect(await polling).toMatchObject([{ key: "good", after: present("good", 2) }]);
		expect(store.untilDue()).toBeGreaterThan(0);

		const arrival = store.arrival();
		hanging.resolve(present("bad", 2));
		await arrival;
		expect(store.untilDue()).toBe(0);
		expect(await store.poll(signal)).toMatchObject([{ key: "bad", after: present("bad", 2) }]);
		expect(store.untilDue()).toBeGreaterThan(0);
	});

	test("holds up no first read of another while a try of it hangs", async () => {
		const answers = [() => Promise.reject(away(call)), () => new Promise<Finding>(() => {})];
		const { store, clock, of } = open(({ path }) =>
			path === "bad" ? (answers.shift()?.() ?? present("bad", 1)) : present(path, 1),
		);
		await store.ensure([request("bad")], signal);
		await clock.advance(INTERVAL);
		const polling = store.poll(signal);
		await clock.advance(1000);
		await polling;

		await store.ensure([request("new")], signal);

		expect(store.entry("new")?.finding).toEqual(present("new", 1));
		expect(of("bad")).toHaveLength(2);
	});

	test("is read as soon as Vault is back for another, but not where it fails by itself or is to wait", async () => {
		const faults: Record<string, () => Error> = {
			"away-1": () => away(call),
			"away-2": () => away(call),
			"away-3": () => away(call),
			denied: () => refusal(call, 403),
			limited: () => refusal(call, 429, { retryAfterMs: 600_000 }),
		};
		let isBad = false;
		const { store, watch, of } = open(({ path }) => {
			const fault = isBad ? faults[path] : undefined;
			if (fault !== undefined) throw fault();
			return present(path, 1);
		});
		await store.ensure(
			Object.keys(faults).map((path) => request(path)),
			signal,
		);
		isBad = true;
		await watch(600_000);
		const counts = Object.keys(faults).map((path) => of(path).length);

		isBad = false;
		const pauses = store.entries().map((entry) => [entry.key, entry.dueAt] as const);
		const first = Math.min(...pauses.filter(([key]) => key.startsWith("away")).map(([, dueAt]) => dueAt));
		await watch(600_000);

		const next = Object.fromEntries(
			Object.keys(faults).map((path, index) => [path, of(path)[counts[index] ?? 0]?.at]),
		);
		expect(next).toEqual({
			...Object.fromEntries(pauses),
			"away-1": first,
			"away-2": first,
			"away-3": first,
		});
	});

	test("is read at once, as everything is, when somebody asks", async () => {
		const { store, of, watch } = open(({ path }) => {
			if (path === "bad") throw refusal(call, 403);
			return present(path, 1);
		});
		await store.ensure([request("good"), request("bad"), request("good", { version: 1 })], signal);
		await watch(300_000);
		const before = ["good", "bad", "good?version=1"].map((key) => of(key).length);

		await store.readAllAtOnce(signal);

		expect(["good", "bad", "good?version=1"].map((key) => of(key).length)).toEqual(
			before.map((count) => count + 1),
		);
	});
});

describe("one moment", () => {
	test("when one path has changed all are read until nothing changes, and reported together", async () => {
		const versions: Record<string, number> = { a: 1, b: 1, c: 1 };
		const { store, watch, of } = open(({ path }) => {
			const finding = present(path, versions[path] ?? 0);
			if (path === "a" && versions["a"] === 2) versions["b"] = 2; // written right after it
			return finding;
		});
		await store.ensure([request("b"), request("a"), request("c"), request("c", { version: 1 })], signal);

		versions["a"] = 2;
		const changes = await watch(1.2 * INTERVAL);

		expect(changes.map(({ key }) => key).toSorted()).toEqual(["a", "b"]);
		expect(new Set(changes.map(({ at }) => at)).size).toBe(1);
		expect(["a", "b", "c"].map((key) => of(key).length)).toEqual([4, 4, 4]);
		expect(of("c?version=1")).toHaveLength(1);
	});

	test("one that fails just then is tried again first, so that it is told together with the others", async () => {
		let failures = 0;
		let version = 1;
		const { store, clock } = open(({ path }) => {
			if (path === "b" && failures-- > 0) throw away(call);
			return present(path, version);
		});
		await store.ensure([request("a"), request("b")], signal);
		await clock.advance(2 * INTERVAL);

		[version, failures] = [2, 3];
		const polling = store.poll(signal);
		await clock.advance(1000);

		expect((await polling).map(({ key }) => key).toSorted()).toEqual(["a", "b"]);
	});

	test("one that goes on failing is not waited for", async () => {
		let version = 1;
		const { store, clock, of } = open(({ path }) => {
			if (path === "b" && version > 1) throw away(call);
			return present(path, version);
		});
		await store.ensure([request("a"), request("b"), request("c")], signal);
		await clock.advance(2 * INTERVAL);

		version = 2;
		const polling = store.poll(signal);
		await clock.advance(1000);

		expect((await polling).map(({ key }) => key).toSorted()).toEqual(["a", "c"]);
		expect(of("b").length).toBeLessThanOrEqual(6);
	});

	test("a single path is of one moment by itself and not read twice", async () => {
		let version = 1;
		const { store, watch, reads } = open(({ path }) => present(path, version));
		await store.ensure([request("a")], signal);

		version = 2;
		await watch(1.2 * INTERVAL);

		expect(reads).toHaveLength(2);
	});

	test("a change is told with what was before it, once, however many rounds it took", async () => {
		const served = [1, 2, 3, 4].map((version) => present("a", version));
		const { store, clock } = open(({ path }) => (path === "a" && served.shift()) || present(path, 4));
		await store.ensure([request("a"), request("b")], signal);
		await clock.advance(2 * INTERVAL);

		const polling = store.poll(signal);
		await clock.advance(1000);

		expect(await polling).toMatchObject([{ key: "a", before: present("a", 1), after: present("a", 4) }]);
	});

	test("a writer without end does not hold it up for ever, nor is Vault flooded", async () => {
		let version = 1;
		const { store, clock, reads } = open(({ path }) => present(path, path === "a" ? ++version : 1));
		await store.ensure([request("a"), request("b")], signal);
		await clock.advance(2 * INTERVAL);

		const polling = store.poll(signal);
		await clock.advance(10_000);

		expect(await polling).toHaveLength(1);
		expect(reads.length).toBeLessThanOrEqual(22);
	});

	test("no mixed snapshot is ever returned, whatever the interleaving of writes and reads", async () => {
		const paths = ["a", "b", "c"];
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.constantFrom(...paths), { minLength: 1, maxLength: 9 }),
				fc.scheduler(),
				async (writes, scheduler) => {
					const versions: Record<string, number> = { a: 1, b: 1, c: 1 };
					const moments = new Set([JSON.stringify(versions)]);
					let isStarted = false;
					const { store, clock } = open(async ({ path }) => {
						if (isStarted) await scheduler.schedule(Promise.resolve(), `read ${path}`);
						return present(path, versions[path] ?? 0);
					});
					await store.ensure(
						paths.map((path) => request(path)),
						signal,
					);
					isStarted = true;
					await clock.advance(2 * INTERVAL);

					scheduler.scheduleSequence(
						writes.map((path) => async () => {
							versions[path] = (versions[path] ?? 0) + 1;
							moments.add(JSON.stringify(versions));
							await Promise.resolve();
						}),
					);
					const polling = store.poll(signal);
					const ticking = setInterval(() => void clock.advance(10_000), 0);
					await scheduler.waitFor(polling);
					clearInterval(ticking);

					const held = paths.map((path) => {
						const finding = store.entry(path)?.finding;
						return [path, finding?.kind === "present" ? finding.view.version : 0] as const;
					});
					expect([...moments]).toContain(JSON.stringify(Object.fromEntries(held)));
				},
			),
			{ numRuns: 60 },
		);
	});
});
