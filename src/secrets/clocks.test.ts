import { describe, expect, test } from "vitest";
import { away, grantReply, refusal, reply } from "../../test/support/fake-vault.ts";
import { secretsBench } from "../../test/support/secrets-bench.ts";

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const FIXED = { path: "database/static-creds/fixed" };
const PKI = { path: "pki/issue/gw", parameters: { common_name: "gw" } };
const PREVIOUS = { path: "secret/data/a", version: -1 };

describe("a static role", () => {
	/** Rotates every hour; its ttl is in whole seconds, and what comes next may come late. */
	function rotating(lateMs = 0) {
		const bench = secretsBench();
		const start = bench.clock.now();
		bench.serve(() => {
			const age = bench.clock.now() - start;
			const turn = Math.floor(Math.max(0, age - lateMs) / HOUR);
			const ttl = Math.max(0, Math.floor((HOUR - (age - turn * HOUR)) / SECOND));
			const known = {
				last_vault_rotation: new Date(start + turn * HOUR).toISOString(),
				rotation_period: 3600,
			};
			return reply({ data: { username: "fixed", password: `p${turn}`, ttl, ...known } });
		});
		return { ...bench, start };
	}

	test("is read just after its rotation, though the interval is long", async () => {
		const { ensure, watch, store, changes, vault, start } = rotating();
		await ensure(FIXED);
		store.pace(new Map([[FIXED.path, [{ pollIntervalMs: DAY }]]]));

		await watch(5.5 * HOUR);

		expect(changes).toHaveLength(5);
		for (const [index, { at }] of changes.entries()) {
			const late = at - start - (index + 1) * HOUR;
			expect(late).toBeGreaterThanOrEqual(0);
			expect(late).toBeLessThanOrEqual(3 * SECOND);
		}
		expect(vault.to(FIXED.path)).toHaveLength(6);
		expect(store.entry(FIXED.path)?.clock).toBe("rotation");
	});

	test("whose rotation is late is asked no more than once a second", async () => {
		const { ensure, watch, changes, vault, start } = rotating(8 * SECOND);
		await ensure(FIXED);

		await watch(1.1 * HOUR);

		expect(changes.map(({ at }) => at - start)).toEqual([expect.closeTo(HOUR + 9 * SECOND, -4)]);
		const late = vault
			.to(FIXED.path)
			.filter(({ at }) => at > start + HOUR && at < start + HOUR + 10 * SECOND);
		expect(late.length).toBeLessThanOrEqual(10);
	});

	test("is no news while only its ttl counts down", async () => {
		const { ensure, watch, changes, store } = rotating();
		await ensure(FIXED);
		const first = store.entry(FIXED.path)?.finding;

		await watch(10 * MINUTE);

		expect(changes).toEqual([]);
		expect(store.entry(FIXED.path)?.finding).toBe(first);
	});
});

describe("a KV v1 secret", () => {
	test.each([
		["a number", 5],
		["a duration", "5s"],
	])("with a ttl (%s) shorter than the interval is read as often as that says", async (_how, ttl) => {
		const { ensure, watch, serve, vault } = secretsBench();
		serve(() => reply({ data: { key: "x", ttl }, leaseDuration: 5 }));
		await ensure({ path: "kv/a" });

		await watch(MINUTE);

		const times = vault.to("kv/a").map(({ at }) => at);
		expect(Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)))).toBe(5 * SECOND);
		expect(times.length).toBeLessThanOrEqual(18);
	});

	test.each([
		["without one", {}],
		["whose ttl is longer", { ttl: "24h" }],
		["whose ttl is no duration", { ttl: "soon" }],
		["whose ttl is nothing", { ttl: 0 }],
	])("%s is read at the interval, whatever lease duration Vault makes up", async (_how, more) => {
		const { ensure, watch, serve, vault } = secretsBench();
		serve(() => reply({ data: { key: "x", ...more }, leaseDuration: 2_764_800 }));
		await ensure({ path: "kv/a" });

		await watch(MINUTE);

		expect(vault.to("kv/a").length).toBeGreaterThanOrEqual(4);
		expect(vault.to("kv/a").length).toBeLessThanOrEqual(6);
	});
});

describe("what is made for us", () => {
	test("is made anew at nine tenths of its life, and by nothing else", async () => {
		const { ensure, watch, serve, vault, clock, refresh, store } = secretsBench();
		serve(() => reply({ data: { certificate: "PEM", expiration: (clock.now() + 10 * HOUR) / 1000 } }));
		await ensure(PKI);

		await refresh();
		await watch(30 * HOUR);

		const times = vault.calls.map(({ at }) => at);
		expect(times).toHaveLength(4);
		for (const [index, at] of times.slice(1).entries()) {
			expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(8.8 * HOUR);
			expect(at - (times[index] ?? 0)).toBeLessThanOrEqual(9 * HOUR);
		}
		expect(store.entries()[0]).toMatchObject({ clock: "expiry", lease: undefined });
	});

	test("is made anew at nine tenths of the life of a token that it is, and that is news", async () => {
		const { ensure, watch, vault, serve, changes } = secretsBench();
		serve(() => grantReply(`hvs.${vault.calls.length}`, { lease_duration: 3600 }));
		await ensure({ path: "auth/token/create", parameters: { policies: "reader" } });

		await watch(1.7 * HOUR);

		expect(vault.to("auth/token/create")).toHaveLength(2);
		expect(changes).toHaveLength(1);
	});

	test("has an end of its own even where a lease came with it that could be renewed", async () => {
		const { ensure, watch, serve, vault, clock } = secretsBench();
		serve(() => {
			const data = { certificate: "PEM", expiration: (clock.now() + 10 * HOUR) / 1000 };
			return reply({ data, leaseId: "pki/issue/gw/1", leaseDuration: 36_000, renewable: true });
		});
		await ensure(PKI);

		await watch(8.6 * HOUR);
		expect(vault.calls).toHaveLength(1);
		await watch(0.5 * HOUR);

		expect(vault.to("pki/")).toHaveLength(2);
		expect(vault.to("sys/leases/renew")).toEqual([]);
	});

	test("by a clock that is another than the server's lives as long as the server says", async () => {
		const { ensure, watch, serve, vault, clock } = secretsBench();
		serve(() => {
			const serverTime = clock.now() - 5 * HOUR;
			return reply({ data: { certificate: "PEM", expiration: (serverTime + HOUR) / 1000 }, serverTime });
		});
		await ensure(PKI);

		await watch(1.85 * HOUR);

		expect(vault.calls).toHaveLength(3);
	});

	test("without an end is made once, however often somebody asks for everything", async () => {
		const { ensure, watch, serve, vault, refresh, store } = secretsBench();
		serve(() => reply({ data: { ciphertext: "x" } }));
		await ensure({ path: "transit/encrypt/k", parameters: { plaintext: "eA==" } });

		await watch(30 * DAY);
		await refresh();

		expect(vault.calls).toHaveLength(1);
		expect(store.untilDue()).toBe(Number.POSITIVE_INFINITY);
	});

	test("is made once for equal parameters, and once for each that differ", async () => {
		const { ensure, serve, vault } = secretsBench();
		serve(() => reply({ data: { certificate: "PEM", expiration: 4e9 } }));
		const turned = { path: PKI.path, parameters: { ttl: "1h", common_name: "gw" } };

		await ensure(PKI, PKI, turned, { ...turned, parameters: { common_name: "gw", ttl: "1h" } });

		expect(vault.calls.map(({ body }) => body)).toEqual([PKI.parameters, turned.parameters]);
	});

	test("and refused is tried again with a back-off, and at once when somebody asks", async () => {
		const { ensure, watch, serve, vault, refresh } = secretsBench();
		serve((call) => {
			throw refusal(call, 403);
		});
		await ensure(PKI);

		await watch(HOUR);
		expect(vault.mostPerMinute).toBeLessThan(15);
		const before = vault.calls.length;
		await refresh();

		expect(vault.calls.length).toBe(before + 1);
	});

	test("and cannot be made anew for a while is tried at once when somebody asks", async () => {
		const { ensure, watch, refresh, serve, vault, clock } = secretsBench();
		serve(() => reply({ data: { certificate: "PEM", expiration: (clock.now() + 10 * HOUR) / 1000 } }));
		await ensure(PKI);
		serve((call) => {
			throw refusal(call, 403);
		});
		await watch(9.5 * HOUR);
		const before = vault.calls.length;

		await refresh();

		expect(vault.calls.length).toBe(before + 1);
	});

	test("by a read that makes a token is not made anew at every poll", async () => {
		const { ensure, watch, serve, vault } = secretsBench();
		serve(() => reply({ data: { client_id: "c", token: "jwt", ttl: 3600 } }));
		await ensure({ path: "identity/oidc/token/gw" });

		await watch(2 * HOUR);

		expect(vault.to("identity/").length).toBe(3);
	});
});

describe("the pace", () => {
	test("is that of the most eager, and others keep theirs", async () => {
		const { ensure, watch, serve, vault, store } = secretsBench();
		serve(() => reply({ data: { key: "x" } }));
		await ensure({ path: "kv/a" }, { path: "kv/b" }, { path: "kv/c" });

		store.pace(
			new Map([
				["kv/a", [{ pollIntervalMs: 5000 }, { pollIntervalMs: MINUTE }]],
				["kv/b", [{ pollIntervalMs: MINUTE }]],
			]),
		);
		await watch(10 * MINUTE);

		const counts = ["kv/a", "kv/b", "kv/c"].map((path) => vault.to(path).length);
		expect(counts).toEqual([expect.closeTo(121, -1), expect.closeTo(11, -0.5), expect.closeTo(41, -1)]);
	});

	test("holds from the moment that it is said", async () => {
		const { ensure, serve, store } = secretsBench();
		serve(() => reply({ data: { key: "x" } }));
		await ensure({ path: "kv/a" });

		store.pace(new Map([["kv/a", [{ pollIntervalMs: DAY }]]]));
		expect(store.untilDue()).toBeGreaterThan(0.25 * DAY);
		store.pace(new Map([["kv/a", [{ pollIntervalMs: DAY, maxAgeMs: HOUR }]]]));
		expect(store.untilDue()).toBe(HOUR);
	});

	test("bounds the age of a pinned version too", async () => {
		const { ensure, serve, store, watch, vault } = secretsBench();
		serve(() => reply({ data: { data: { key: "x" }, metadata: { version: 1, deletion_time: "" } } }));
		await ensure({ path: "secret/data/a", version: 1 });
		store.pace(new Map([["secret/data/a?version=1", [{ maxAgeMs: HOUR }]]]));

		await watch(3.5 * HOUR);

		expect(vault.calls).toHaveLength(4);
	});
});

describe("the version before the current one", () => {
	/** KV v2 with so many versions, some of them gone; reads of some versions fail. */
	function versioned() {
		const bench = secretsBench();
		const state = {
			current: 3,
			gone: new Map<number, "deleted" | "destroyed">(),
			failing: new Set<number>(),
		};
		bench.serve((call) => {
			const version = Number(call.query?.["version"] ?? state.current);
			if (state.failing.has(version)) throw away(call);
			if (version < 1 || version > state.current) return reply({ status: 404, data: { errors: [] } });
			const gone = state.gone.get(version);
			const created = new Date(version * HOUR).toISOString();
			const deletion = gone === "deleted" ? new Date(0).toISOString() : "";
			const metadata = {
				version,
				created_time: created,
				deletion_time: deletion,
				destroyed: gone === "destroyed",
			};
			const data = gone === undefined ? { key: `v${version}` } : null;
			return reply({ status: gone === undefined ? 200 : 404, data: { data, metadata } });
		});
		const held = () => bench.store.entry("secret/data/a?version=-1");
		return { ...bench, state, held };
	}

	test("is read by its number, which the current one tells", async () => {
		const { ensure, held, vault } = versioned();

		await ensure(PREVIOUS);

		expect(held()?.finding).toMatchObject({ kind: "present", view: { version: 2, fields: { key: "v2" } } });
		expect(vault.calls.map(({ query }) => query)).toEqual([{}, { version: "2" }]);
	});

	test("moves together with the current one, in one change", async () => {
		const { ensure, held, state, watch, changes } = versioned();
		await ensure(PREVIOUS, { path: "secret/data/a" });

		state.current = 5;
		await watch(20 * SECOND);

		expect(held()?.finding).toMatchObject({ view: { version: 4 } });
		expect(changes.map(({ key }) => key).toSorted()).toEqual(["secret/data/a", "secret/data/a?version=-1"]);
		expect(new Set(changes.map(({ at }) => at)).size).toBe(1);
	});

	test("that has not been there yet is absent, and comes with the second one", async () => {
		const { ensure, held, state, watch } = versioned();
		state.current = 1;
		await ensure(PREVIOUS);
		expect(held()?.finding).toEqual({ kind: "absent", path: "secret/data/a", reason: "missing" });

		state.current = 2;
		await watch(20 * SECOND);

		expect(held()?.finding).toMatchObject({ view: { version: 1 } });
	});

	test.each(["deleted", "destroyed"] as const)("that is %s is seen to be so", async (how) => {
		const { ensure, held, state, watch } = versioned();
		await ensure(PREVIOUS);

		state.gone.set(2, how);
		await watch(20 * SECOND);

		expect(held()?.finding).toMatchObject({ kind: "absent", reason: how, version: 2 });
	});

	test.each([
		["the current one", "secret/data/a"],
		["it", "secret/data/a?version=-1"],
	])("is looked at as often as %s is, with the current one", async (_whose, eager) => {
		const { ensure, store, watch, vault } = versioned();
		await ensure(PREVIOUS, { path: "secret/data/a" });
		const paces = new Map(
			["secret/data/a", "secret/data/a?version=-1"].map((key) => [key, [{ pollIntervalMs: HOUR }]]),
		);

		store.pace(paces.set(eager, [{ pollIntervalMs: 5 * SECOND }]));
		await watch(MINUTE);

		expect(vault.calls.filter(({ query }) => query?.["version"] === undefined).length).toBeGreaterThan(10);
	});

	test("whose read has failed is read again with a current one that has changed", async () => {
		const { ensure, held, state, watch, changes } = versioned();
		await ensure(PREVIOUS, { path: "secret/data/a" });
		state.failing.add(2);
		await watch(HOUR);

		state.current = 4;
		await watch(20 * SECOND);

		expect(held()).toMatchObject({ finding: { view: { version: 3 } }, error: undefined });
		expect(new Set(changes.map(({ at }) => at)).size).toBe(1);
	});

	test("that cannot be read is not taken for one before it", async () => {
		const { ensure, held, state, watch } = versioned();
		await ensure(PREVIOUS);

		state.current = 4;
		state.failing.add(3);
		await watch(20 * SECOND);
		expect(held()).toMatchObject({ finding: undefined, error: { code: "E_VAULT_UNREACHABLE" } });

		state.failing.clear();
		await watch(MINUTE);
		expect(held()?.finding).toMatchObject({ view: { version: 3 } });
	});

	test("that cannot be read for a moment stays what it was", async () => {
		const { ensure, held, state, watch } = versioned();
		await ensure(PREVIOUS);

		state.failing.add(2);
		await watch(20 * SECOND);

		expect(held()).toMatchObject({
			finding: { view: { version: 2 } },
			error: { code: "E_VAULT_UNREACHABLE" },
		});
	});

	test("of a secret without versions is an error that says so", async () => {
		const { ensure, serve, held, store } = versioned();
		serve(() => reply({ data: { key: "x" } }));

		await ensure(PREVIOUS);

		expect(held()?.error).toMatchObject({ code: "E_VERSION_UNKNOWN", exitCode: 2 });
		store.retain(new Set(["secret/data/a?version=-1"]));
		expect(store.entries()).toHaveLength(2);
		store.retain(new Set());
		expect(store.entries()).toEqual([]);
	});
});
