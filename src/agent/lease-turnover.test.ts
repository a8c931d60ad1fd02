import { describe, expect, test } from "vitest";
import {
	agentBench,
	type BenchOptions,
	COMMAND,
	fileUnit,
	type OneChange,
} from "../../test/support/agent-bench.ts";
import { vaultBench } from "../../test/support/secrets-bench.ts";
import { type FakeAnswer, refusal, reply } from "../../test/support/fake-vault.ts";
import type { FakeDatabaseOptions } from "../../test/support/fake-database.ts";
import type { Lease } from "../secrets/mod.ts";
import { secretTemplate } from "../template/mod.ts";
import { LeaseTurnover, type LeaseUses } from "./lease-turnover.ts";
import type { Unit } from "./mod.ts";

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const CREDS = '{{#secret "database/creds/app"}}{{username}}{{/secret}}';
const RESTART = { kind: "restart" } as const;

function file(destination: string, onChange: OneChange): Unit {
	return fileUnit(destination, CREDS, { onChange });
}

function variable(name: string): Unit {
	const template = secretTemplate("database/creds/app", "{{username}}", {
		file: `env.${name}`,
		allowEmpty: false,
	});
	return { kind: "variable", name, template, required: true };
}

interface Options extends Partial<FakeDatabaseOptions>, Pick<BenchOptions, "withChild"> {
	/** What is answered beside the database. */
	readonly serve?: FakeAnswer;
}

/** An agent whose credential ends after a while for good; the child has stood since its start. */
async function open(units: readonly Unit[], options: Options = {}) {
	const { ttlMs = HOUR, maxMs = 2 * HOUR, serve, withChild = true } = options;
	const opened: ReturnType<typeof vaultBench>[] = [];
	const agent = agentBench(units, {
		withChild,
		vault: (clock) => {
			const bench = vaultBench(clock, { ttlMs, maxMs });
			if (serve !== undefined) bench.serve(serve);
			opened.push(bench);
			return bench;
		},
	});
	const [bench] = opened;
	if (bench === undefined) throw new Error("not opened");
	await agent.run();
	const { database } = bench;
	return { ...bench, ...agent, users: () => database.live.map(({ user }) => user) };
}

describe("a credential that was replaced", () => {
	test("is revoked when the child with the next one stands, and not before", async () => {
		const { database, supervisor, clock, users, vault, log } = await open([variable("DB")]);
		const standing: (string | undefined)[] = [];
		database.onRevoke = () => standing.push(supervisor.starts.at(-1)?.env["DB"]);

		await clock.advance(2 * HOUR);

		expect(supervisor.starts.map(({ env }) => env)).toEqual([{ DB: "user-1" }, { DB: "user-2" }]);
		expect(standing).toEqual(["user-2"]);
		expect(users()).toEqual(["user-2"]);
		expect(vault.to("sys/leases/revoke")).toHaveLength(1);
		expect(log.of("lease")).toContain("the lease of database/creds/app is revoked");
		expect(log.of("rotation").at(-1)).toBe("database/creds/app old lease → new lease");
	});

	test("is waited for by no file that waits for its secrets to be quiet: the old one has an end", async () => {
		const wait = { minMs: 50 * MINUTE, maxMs: 50 * MINUTE };
		const { clock, memory, users } = await open([fileUnit("/out/db", CREDS, { wait, onChange: RESTART })]);

		await clock.advance(2 * HOUR);

		expect(memory.files["/out/db"]).toBe("user-2");
		expect(users()).toEqual(["user-2"]);
	});

	test("whose revocation the policy forbids is said to be so, and the next ones in detail only", async () => {
		const { vault, clock, log } = await open([variable("DB")]);
		const answer = vault.answer;
		vault.answer = (call) => {
			if (call.path === "sys/leases/revoke") throw refusal(call, 403);
			return answer(call);
		};

		await clock.advance(5 * HOUR);

		const refused = log.linesOf("lease").filter(({ msg }) => msg.includes("could not be revoked"));
		expect(refused.map(({ level }) => level)).toEqual(["warn", "debug"]);
	});

	test("is revoked as soon as that child stands, though nothing else is due", async () => {
		const { database, supervisor, clock } = await open([variable("DB")]);
		supervisor.grace = () => clock.sleep(5 * SECOND, new AbortController().signal);
		const revokedAt: number[] = [];
		database.onRevoke = () => revokedAt.push(clock.now());

		await clock.advance(2 * HOUR);

		expect(revokedAt).toEqual([(database.issued[1]?.at ?? 0) + 5 * SECOND]);
	});

	test("is revoked in rolling when the child that had it is gone, and not while that still ends what it began", async () => {
		const { rolling, clock, users } = await open([variable("DB")], { withChild: "rolling" });

		await clock.advance(1.95 * HOUR);
		expect(rolling.starts.map(({ env }) => env["DB"])).toEqual(["user-1", "user-2"]);
		expect(users()).toEqual(["user-1", "user-2"]);

		rolling.drain();
		await clock.advance(0);
		expect(users()).toEqual(["user-2"]);
	});

	test("stays alive while the child was put back to it", async () => {
		const { supervisor, clock, users, vault } = await open([variable("DB")], { maxMs: 20 * HOUR });
		supervisor.outcome = "put-back";

		await clock.advance(19.9 * HOUR);

		expect(supervisor.starts.map(({ env }) => env["DB"])).toEqual(["user-1", "user-2", "user-1"]);
		expect(users()).toEqual(["user-1", "user-2"]);
		expect(vault.to("sys/leases/revoke")).toEqual([]);
	});

	test("is revoked when a later child stands", async () => {
		const { supervisor, clock, users, vault } = await open([variable("DB")]);
		supervisor.outcome = "put-back";
		await clock.advance(1.9 * HOUR);
		supervisor.outcome = "turned-over";

		await clock.advance(2 * HOUR);

		expect(supervisor.starts.at(-1)?.env["DB"]).toBe("user-3");
		expect(users()).toEqual(["user-3"]);
		expect(vault.to("sys/leases/revoke").map(({ body }) => body?.["lease_id"])).toEqual([
			"database/creds/app/2",
		]);
	});

	test("is revoked a while after a command has run, and kept while that fails", async () => {
		const { faults, clock, users, vault, notices } = await open([file("/out/db", COMMAND)], {
			maxMs: 10 * HOUR,
		});
		faults.set("reload", refusal({ method: "GET", path: "x" }, 500));

		await clock.advance(9.85 * HOUR);
		expect(notices.length).toBeGreaterThan(1);
		expect(users()).toEqual(["user-1", "user-2"]);

		faults.clear();
		await clock.advance(MINUTE);
		const told = notices.length;
		await clock.advance(40 * SECOND);

		expect(notices).toHaveLength(told);
		expect(users()).toEqual(["user-2"]);
		expect(vault.to("sys/leases/revoke")).toHaveLength(1);
	});

	test("outlives a signal by a while: nobody sees when the child has taken it to heart", async () => {
		const { supervisor, clock, database } = await open([
			file("/out/db", { kind: "signal", signal: "SIGHUP" }),
		]);
		const revokedAt: number[] = [];
		database.onRevoke = () => revokedAt.push(clock.now());

		await clock.advance(1.9 * HOUR);

		expect(supervisor.signals).toEqual(["SIGHUP"]);
		expect(revokedAt).toEqual([(database.issued[1]?.at ?? 0) + 30 * SECOND]);
	});

	test.each([
		["nobody is told", [file("/out/db", { kind: "none" })]],
		["one of two is not told", [file("/out/a", RESTART), file("/out/b", { kind: "none" })]],
	])("is left to end by itself where %s", async (_how, units) => {
		const { clock, users, vault, memory } = await open(units);

		await clock.advance(1.9 * HOUR);
		expect(users()).toEqual(["user-1", "user-2"]);
		await clock.advance(0.2 * HOUR);

		expect(Object.values(memory.files)).toContain("user-2");
		expect(users()).toEqual(["user-2"]);
		expect(vault.to("sys/leases/revoke")).toEqual([]);
	});

	test("is kept by a template that cannot be rendered with the next one", async () => {
		const both = fileUnit("/out/both", `${CREDS}{{#secret "kv/a"}}{{key}}{{/secret}}`, { onChange: RESTART });
		let isBroken = false;
		const serve = () => reply({ data: isBroken ? {} : { key: "k" } });
		const { clock, memory, users } = await open([both], { maxMs: 10 * HOUR, serve });
		isBroken = true;

		await clock.advance(9.85 * HOUR);

		expect(memory.files["/out/both"]).toBe("user-1k");
		expect(users()).toEqual(["user-1", "user-2"]);
	});

	test("by a config that no longer asks for it is revoked when the child stands without it", async () => {
		const { agent, clock, users, plan, supervisor, vault } = await open([variable("DB")]);
		const none = fileUnit("/out/none", "nothing");

		const adopted = agent.adopt(plan([none]));
		await clock.advance(MINUTE);
		await adopted;

		expect(supervisor.starts.at(-1)?.env).toEqual({});
		expect(users()).toEqual([]);
		expect(vault.to("sys/leases/revoke")).toHaveLength(1);
	});
});

test("for three days a child always has a credential that works, and at their end Vault holds one", async () => {
	const { database, supervisor, clock, users } = await open([variable("DB")], { ttlMs: HOUR, maxMs: DAY });
	const broken: string[] = [];
	const overlaps: number[] = [];
	let known = 1;

	for (let minute = 0; minute < 3 * 24 * 60; minute++) {
		await clock.advance(MINUTE);
		const inUse = supervisor.starts.at(-1)?.env["DB"];
		if (inUse === undefined || !users().includes(inUse)) broken.push(`${minute}: ${inUse}`);
		if (database.issued.length === known) continue;
		const old = database.issued[known - 1];
		overlaps.push((old?.at ?? 0) + DAY - (database.issued[known]?.at ?? 0));
		known++;
	}

	expect(broken).toEqual([]);
	expect(database.issued.length).toBeGreaterThanOrEqual(3);
	expect(database.issued.length).toBeLessThanOrEqual(4);
	for (const overlap of overlaps) expect(overlap).toBeGreaterThanOrEqual(0.1 * HOUR);
	expect(supervisor.starts).toHaveLength(database.issued.length);
	expect(users()).toHaveLength(1);
});

test("one that had ended by itself is forgotten: nothing is left that would be made of it later", () => {
	const released: unknown[] = [];
	const store = {
		retired: [] as Lease[],
		release: (id: string, graceMs = 0) => void released.push([id, graceMs]),
		abandon: (id: string) => void released.push([id, "abandoned"]),
	};
	const turnover = new LeaseTurnover(store);
	const told = file("/out/told", COMMAND);
	const untold = file("/out/untold", { kind: "none" });
	const delivered = (uses: LeaseUses) =>
		turnover.delivered({
			generation: 1,
			uses,
			files: [told, untold].filter((unit) => unit.kind === "file"),
			variablesChanged: false,
		});
	delivered(new Map([["gone-1", [told]] as const, ["gone-2", [untold]] as const]));
	delivered(new Map());

	turnover.settle(true); // neither is in the store
	store.retired = ["gone-1", "gone-2"].map((id) => ({ id }) as Lease);
	turnover.settle(true);

	expect(released).toEqual([
		["gone-1", 0],
		["gone-2", 0],
	]);
});
