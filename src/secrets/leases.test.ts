import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { away, refusal, reply } from "../../test/support/fake-vault.ts";
import { secretsBench } from "../../test/support/secrets-bench.ts";
import type { VaultCall } from "../vault/mod.ts";
import type { Pace } from "./mod.ts";

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const CREDS = { path: "database/creds/app" };
const { signal } = new AbortController();
const KV = { path: "secret/data/a" };

/** KV v2 at every path, in the version that it is told. */
function kv(version: () => number) {
	return () => {
		const metadata = { version: version(), created_time: "2026-11-21T12:00:00Z", deletion_time: "" };
		return reply({ data: { data: { key: `v${version()}` }, metadata } });
	};
}

describe("a leased secret", () => {
	test("is read once for a hundred polls of its neighbours", async () => {
		const { vault, database, serve, ensure, watch } = secretsBench();
		serve(kv(() => 1));
		await ensure(CREDS, KV);

		await watch(100 * 15.5 * SECOND);

		expect(vault.to(KV.path).length).toBeGreaterThan(100);
		expect(database.issued).toHaveLength(1);
	});

	test("is read once, whoever asks for it at the same time", async () => {
		const { store, clock, database } = secretsBench();
		const wanted = [{ kind: "read", ...CREDS } as const];

		const reading = Promise.all([1, 2, 3].map(() => store.ensure(wanted, signal)));
		await clock.advance(0);
		await reading;

		expect(database.issued).toHaveLength(1);
	});

	test.each([
		["can be renewed", true],
		["cannot be renewed", false],
	])(
		"that %s is not read again for a neighbour's change, nor when all is asked for",
		async (_how, renewable) => {
			let version = 1;
			const { database, serve, ensure, watch, refresh, changes } = secretsBench({ renewable });
			serve(kv(() => version));
			await ensure(CREDS, KV, { path: "secret/data/b" });

			version = 2;
			await watch(MINUTE);
			version = 3;
			expect(await refresh()).toHaveLength(2);

			expect(changes.map(({ key }) => key).toSorted()).toEqual(["secret/data/a", "secret/data/b"]);
			expect(database.issued).toHaveLength(1);
		},
	);

	test("is renewed for its term at about two thirds of it", async () => {
		const { vault, clock, ensure, watch, store } = secretsBench();
		const start = clock.now();
		await ensure(CREDS);

		await watch(HOUR);

		const [first] = vault.to("sys/leases/renew");
		expect(first).toMatchObject({
			method: "PUT",
			body: { lease_id: "database/creds/app/1", increment: 3600 },
		});
		expect((first?.at ?? 0) - start).toBeGreaterThan(0.6 * HOUR);
		expect((first?.at ?? 0) - start).toBeLessThan(0.7 * HOUR);
		const entry = store.entry(CREDS.path);
		expect(entry).toMatchObject({ clock: "lease", readAt: start, lease: { renewable: true } });
		expect(entry?.lease?.endsAt).toBe((first?.at ?? 0) + HOUR);
	});

	test("whose maximum is near is replaced with at least a tenth left, and the old one stays alive", async () => {
		const { database, ensure, watch, store, changes } = secretsBench();
		await ensure(CREDS);

		await watch(23.9 * HOUR);

		const [old, fresh] = database.issued;
		expect(database.issued).toHaveLength(2);
		expect((old?.at ?? 0) + 24 * HOUR - (fresh?.at ?? 0)).toBeGreaterThanOrEqual(0.1 * HOUR);
		expect(changes).toMatchObject([{ key: CREDS.path, after: { view: { fields: { username: "user-2" } } } }]);
		expect(store.retired.map(({ id }) => id)).toEqual(["database/creds/app/1"]);
		expect(database.live).toHaveLength(2);
	});

	test("that Vault no longer knows is replaced at once", async () => {
		const { database, ensure, watch, clock, events, store } = secretsBench();
		await ensure(CREDS);
		database.endToken("t1");

		await watch(0.7 * HOUR);

		expect(database.issued).toHaveLength(2);
		expect(database.issued[1]?.at).toBeLessThanOrEqual(clock.now());
		expect(events("gone")).toHaveLength(1);
		expect(store.retired).toEqual([]);
	});

	test("whose renewal is forbidden says so once, and is replaced before it ends", async () => {
		const { vault, database, ensure, watch, events } = secretsBench();
		const answer = vault.answer;
		vault.answer = (call) => {
			if (call.path === "sys/leases/renew") throw refusal(call, 403);
			return answer(call);
		};
		await ensure(CREDS);

		await watch(0.91 * HOUR);

		expect(events("not renewed")).toMatchObject([{ error: { code: "E_PERMISSION_DENIED" } }]);
		expect(vault.to("sys/leases/renew")).toHaveLength(1);
		expect(database.issued).toHaveLength(2);
	});

	test.each([
		["no answer", away, "E_VAULT_UNREACHABLE"],
		["an answer of 500", (call: VaultCall) => refusal(call, 500), "E_VAULT_BUSY"],
	])("whose renewal meets %s for a while is renewed when that has passed", async (_how, fault, code) => {
		const { vault, database, clock, ensure, watch, store, events } = secretsBench();
		const [answer, back] = [vault.answer, clock.now() + 0.8 * HOUR];
		vault.answer = (call) => {
			if (call.path === "sys/leases/renew" && clock.now() < back) throw fault(call);
			return answer(call);
		};
		await ensure(CREDS);

		await watch(0.75 * HOUR);
		expect(store.entry(CREDS.path)).toMatchObject({ error: { code } });
		await watch(0.1 * HOUR);

		expect(store.entry(CREDS.path)?.error).toBeUndefined();
		expect(events("renewed")).toHaveLength(1);
		expect(database.issued).toHaveLength(1);
		expect(vault.mostPerMinute).toBeLessThan(20);
	});

	test("whose renewals never work is replaced in time", async () => {
		const { vault, database, ensure, watch } = secretsBench();
		const answer = vault.answer;
		vault.answer = (call) => {
			if (call.path === "sys/leases/renew") throw refusal(call, 500);
			return answer(call);
		};
		await ensure(CREDS);

		await watch(0.95 * HOUR);

		expect(database.issued).toHaveLength(2);
		expect((database.issued[1]?.at ?? 0) - (database.issued[0]?.at ?? 0)).toBeLessThanOrEqual(0.91 * HOUR);
	});

	test("whose renewal is put off by the server for longer than it lives is replaced in time", async () => {
		const { vault, database, ensure, watch } = secretsBench();
		const answer = vault.answer;
		vault.answer = (call) => {
			if (call.path === "sys/leases/renew") throw refusal(call, 429, { retryAfterMs: 2 * HOUR });
			return answer(call);
		};
		await ensure(CREDS);

		await watch(0.95 * HOUR);

		expect(database.issued).toHaveLength(2);
	});

	test("that Vault knows and will not make longer is kept until shortly before its end", async () => {
		const { vault, database, ensure, watch, events } = secretsBench();
		const answer = vault.answer;
		vault.answer = (call) => {
			if (call.path === "sys/leases/renew") throw refusal(call, 400, { words: "lease is not renewable" });
			return answer(call);
		};
		await ensure(CREDS);

		await watch(0.75 * HOUR);
		expect(database.issued).toHaveLength(1);
		await watch(0.2 * HOUR);

		expect(database.issued).toHaveLength(2);
		expect([...events("not renewed"), ...events("gone")]).toMatchObject([{ kind: "not renewed" }]);
	});

	test("is renewed when the machine has slept beyond its time and it still lives", async () => {
		const { clock, database, ensure, watch, events } = secretsBench();
		await ensure(CREDS);
		await clock.advance(0.95 * HOUR);

		await watch(SECOND);

		expect(events("renewed")).toHaveLength(1);
		expect(database.issued).toHaveLength(1);
	});

	test("that is replaced costs no read of its neighbours", async () => {
		const { vault, database, serve, store, ensure, watch } = secretsBench();
		serve(kv(() => 1));
		await ensure(CREDS, KV, { path: "secret/data/b" });
		const seldom = [{ pollIntervalMs: 24 * HOUR }];
		const paces = new Map<string, readonly Pace[]>([KV.path, "secret/data/b"].map((path) => [path, seldom]));
		store.pace(paces.set(CREDS.path, [{ maxAgeMs: 10 * MINUTE }]));

		await watch(15 * MINUTE);

		expect(database.issued).toHaveLength(2);
		expect(vault.to("secret/")).toHaveLength(2);
	});

	test("that a cache gives a second time is still in use", async () => {
		const { vault, store, ensure, watch } = secretsBench();
		const answer = vault.answer;
		let cached: ReturnType<typeof answer> | undefined;
		vault.answer = (call) => (call.path === CREDS.path ? (cached ??= answer(call)) : answer(call));
		await ensure(CREDS);
		store.pace(new Map([[CREDS.path, [{ maxAgeMs: 10 * MINUTE }]]]));

		await watch(15 * MINUTE);

		expect(vault.to(CREDS.path)).toHaveLength(2);
		expect(store.retired).toEqual([]);
	});

	test("keeps what it was while Vault is away, and costs no flood", async () => {
		const { vault, ensure, watch, store, clock, database } = secretsBench({ maxMs: 2 * HOUR });
		await ensure(CREDS);
		const answer = vault.answer;
		vault.answer = (call) => {
			throw away(call);
		};

		await watch(5 * HOUR);
		expect(store.entry(CREDS.path)?.finding).toMatchObject({ view: { fields: { username: "user-1" } } });
		expect(vault.mostPerMinute).toBeLessThan(20);

		vault.answer = answer;
		await watch(2 * MINUTE);
		expect(database.live).toHaveLength(1);
		expect(store.entry(CREDS.path)?.lease?.endsAt).toBeGreaterThan(clock.now());
	});

	test("is replaced when it is as old as it may be", async () => {
		const { database, ensure, watch, store } = secretsBench();
		await ensure(CREDS);
		store.pace(new Map([[CREDS.path, [{}, { maxAgeMs: 2 * HOUR }]]]));

		await watch(4.5 * HOUR);

		expect(
			database.issued.map(({ at }, index) => at - (database.issued[0]?.at ?? 0) - index * 2 * HOUR),
		).toEqual([0, 0, 0]);
	});
});

describe("the token that a lease lives by", () => {
	test("while it is kept alive is no reason to replace it, however short it lives", async () => {
		const { database, tokens, clock, ensure, watch } = secretsBench({ ttlMs: 24 * HOUR, maxMs: 240 * HOUR });
		await ensure(CREDS);

		for (let hour = 0; hour < 12; hour++) {
			tokens.ends.set("t1", clock.now() + 1.5 * HOUR);
			await watch(HOUR);
		}

		expect(database.issued).toHaveLength(1);
	});

	test("that was replaced ends with its leases: others are there before", async () => {
		const { database, tokens, clock, ensure, watch, store, serve, vault } = secretsBench({
			ttlMs: 24 * HOUR,
		});
		serve(kv(() => 1));
		tokens.ends.set("t1", clock.now() + HOUR);
		await ensure(CREDS, KV);
		const end = clock.now() + HOUR;
		await watch(40 * MINUTE);

		tokens.replace("t2", end);
		const reads = vault.to(KV.path).length;
		await watch(15 * MINUTE);

		expect(database.issued.map(({ token }) => token)).toEqual(["t1", "t2"]);
		expect(store.entry(CREDS.path)?.lease?.holder?.reveal()).toBe("t2");
		expect(store.entry(KV.path)?.finding).toMatchObject({ view: { version: 1 } });
		expect(vault.to(KV.path).length - reads).toBeLessThan(70);
		const old = store.retired[0]?.holder;
		expect(old !== undefined && store.needs(old)).toBe(true);
	});

	test("that is dead has taken its leases along: another is read at once", async () => {
		const { database, tokens, ensure, watch, serve } = secretsBench();
		serve(kv(() => 1));
		await ensure(CREDS, KV);

		tokens.replace("t2", 0);
		database.endToken("t1");
		await watch(20 * SECOND);

		expect(database.live.map(({ token }) => token)).toEqual(["t2"]);
	});
});

describe("a lease that was replaced", () => {
	/** The second credential is there, and the first is near its end at 24 h. */
	async function replaced() {
		const bench = secretsBench();
		await bench.ensure(CREDS);
		await bench.watch(1.5 * HOUR);
		bench.store.pace(new Map([[CREDS.path, [{ maxAgeMs: HOUR }]]]));
		await bench.watch(SECOND);
		bench.store.pace(new Map());
		return bench;
	}

	test("is renewed for as long as it is not let go", async () => {
		const { database, watch, store } = await replaced();

		await watch(10 * HOUR);

		expect(database.live.map(({ user }) => user)).toEqual(["user-1", "user-2"]);
		expect(store.retired).toHaveLength(1);
	});

	test("and let go is revoked at once, and not before", async () => {
		const { database, watch, store, events, vault } = await replaced();
		expect(vault.to("sys/leases/revoke")).toEqual([]);

		store.release("database/creds/app/1");
		expect(store.untilDue()).toBe(0);
		await watch(SECOND);

		expect(vault.to("sys/leases/revoke")).toMatchObject([
			{ method: "PUT", body: { lease_id: "database/creds/app/1" } },
		]);
		expect(database.issued[0]?.isRevoked).toBe(true);
		expect(events("revoked")).toHaveLength(1);
		expect(store.retired).toEqual([]);
	});

	test("is neither renewed nor revoked where its user is never told", async () => {
		const { database, watch, store, vault } = await replaced();

		store.abandon("database/creds/app/1");
		await watch(2 * HOUR);

		expect(database.live.map(({ user }) => user)).toEqual(["user-2"]);
		expect(vault.to("sys/leases/revoke")).toEqual([]);
	});

	test("whose revocation meets a fault is tried a few times and then ends by itself", async () => {
		const { watch, store, events, vault } = await replaced();
		const answer = vault.answer;
		vault.answer = (call) => {
			if (call.path === "sys/leases/revoke") throw away(call);
			return answer(call);
		};

		store.release("database/creds/app/1");
		await watch(20 * MINUTE);

		expect(vault.to("sys/leases/revoke")).toHaveLength(5);
		expect(events("not revoked")).toHaveLength(1);
	});

	test("that is gone before it is revoked is no fault", async () => {
		const { vault, store, ensure, watch, events } = secretsBench();
		await ensure(CREDS);
		store.retain(new Set());
		vault.answer = (call) => {
			throw refusal(call, 400, { words: "lease not found" });
		};

		for (const { id } of store.retired) store.release(id);
		await watch(MINUTE);

		expect(vault.to("sys/leases/revoke")).toHaveLength(1);
		expect(events("not revoked")).toEqual([]);
	});

	test("is revoked once, however long Vault takes for it", async () => {
		const { vault, clock, store, ensure, watch, events } = secretsBench();
		const answer = vault.answer;
		vault.answer = async (call) => {
			if (call.path === "sys/leases/revoke") await clock.sleep(20 * SECOND, new AbortController().signal);
			return await answer(call);
		};
		await ensure(CREDS);
		store.retain(new Set());

		for (const { id } of store.retired) store.release(id);
		await watch(MINUTE);

		expect(vault.to("sys/leases/revoke")).toHaveLength(1);
		expect(events("revoked")).toHaveLength(1);
	});

	test("whose revocation is forbidden is not tried again", async () => {
		const { watch, store, events, vault } = await replaced();
		const answer = vault.answer;
		vault.answer = (call) => {
			if (call.path === "sys/leases/revoke") throw refusal(call, 403);
			return answer(call);
		};

		store.release("database/creds/app/1");
		await watch(20 * MINUTE);

		expect(vault.to("sys/leases/revoke")).toHaveLength(1);
		expect(events("not revoked")).toMatchObject([{ error: { code: "E_PERMISSION_DENIED" } }]);
	});

	test("is what becomes of one that nobody asks for any more, also while it is being read", async () => {
		const { store, clock, database } = secretsBench();
		const reading = store.ensure([{ kind: "read", ...CREDS }], signal);

		store.retain(new Set());
		await clock.advance(0);
		await reading;

		expect(database.issued).toHaveLength(1);
		expect(store.entries()).toEqual([]);
		expect(store.retired.map(({ id }) => id)).toEqual(["database/creds/app/1"]);
	});
});

describe("at the end", () => {
	test("every lease is given back once, those that were replaced and those that are waited for as well", async () => {
		const { database, ensure, watch, store, events, vault } = secretsBench();
		await ensure(CREDS, { path: "database/creds/other" });
		await watch(23.9 * HOUR);
		const [first] = store.retired;
		store.abandon(first?.id ?? "");

		await store.giveBack(signal);

		expect(database.issued.length).toBeGreaterThanOrEqual(3);
		expect(database.live).toEqual([]);
		expect(vault.to("sys/leases/revoke")).toHaveLength(database.issued.length);
		expect(events("revoked")).toHaveLength(database.issued.length);
	});

	test("a lease that may not be given back is said to be so, and one that is gone is no fault", async () => {
		const { ensure, store, vault, events } = secretsBench();
		await ensure(CREDS, { path: "database/creds/other" });
		vault.answer = (call) => {
			const isGone = call.body?.["lease_id"] === "database/creds/app/1";
			throw isGone ? refusal(call, 400, { words: "lease not found" }) : refusal(call, 403);
		};

		await store.giveBack(signal);

		expect(events("not revoked")).toMatchObject([
			{ lease: { path: "database/creds/other" }, error: { code: "E_PERMISSION_DENIED" } },
		]);
	});
});

test("whatever happens in whatever order, no credential is asked for while one is held that need not be replaced", async () => {
	const acts = ["poll", "refresh", "kv changes", "time", "ensure"] as const;
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.tuple(fc.constantFrom(...acts), fc.integer({ min: 1, max: 90 })), { maxLength: 25 }),
			async (steps) => {
				let version = 1;
				const { database, serve, ensure, watch, refresh } = secretsBench();
				serve(kv(() => version));
				await ensure(CREDS, KV);
				for (const [act, minutes] of steps) {
					if (act === "kv changes") version++;
					else if (act === "refresh") await refresh();
					else if (act === "ensure") await ensure(CREDS, KV);
					else await watch(act === "poll" ? 20 * SECOND : minutes * MINUTE);
				}

				for (const [index, one] of database.issued.slice(1).entries()) {
					const before = database.issued[index];
					expect(one.at - (before?.at ?? 0)).toBeGreaterThan(23 * HOUR);
				}
				expect(database.live.at(-1)).toBe(database.issued.at(-1));
			},
		),
		{ numRuns: 15 },
	);
});
