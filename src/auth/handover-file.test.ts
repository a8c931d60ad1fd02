import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeCredentialFiles } from "../../test/support/fake-credential-files.ts";
import { MemorySinks } from "../../test/support/memory-sinks.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { AgentError, ExitCode, Secret } from "../kernel/mod.ts";
import { type HandoverOptions, openHandoverFile } from "./mod.ts";

const [MINUTE, HOUR] = [60_000, 3_600_000];
const PATH = "/vault/secrets/.state";
const TOKEN = new Secret("hvs.canary");
const key = (path = "/run/jwt") => ({ what: "JWT", credential: { kind: "file", path } }) as const;

interface Agent {
	readonly disk?: MemorySinks;
	readonly options?: Partial<HandoverOptions>;
	/** Steady time and wall clock of its process; no other process counts alike. */
	readonly clock?: FakeClock;
}

async function open({ disk = new MemorySinks(), options = {}, clock = new FakeClock(5 * HOUR) }: Agent = {}) {
	const log = new RecordingLog();
	const credentials = new FakeCredentialFiles({ "/run/jwt": "eyJ.header.signature", "/run/short": "secret" });
	const whole = { path: PATH, key: key(), identity: ["https://vault.test:8200"], ...options };
	const file = await openHandoverFile(whole, { files: disk.files, credentials, clock, log });
	return {
		file,
		disk,
		clock,
		log,
		/** Leaves a token that ends after a while. */
		leave: async (lifeMs: number, secrets: readonly string[] = []) => {
			const at = clock.now();
			return await file.leave({ at, token: TOKEN, endsAt: at + lifeMs, secrets });
		},
	};
}

describe("what an agent leaves", () => {
	test("is there for the next one, with what is left of it by the wall clock", async () => {
		const { leave, disk } = await open();
		await leave(HOUR, ["a", "b"]);
		const clock = new FakeClock(0);
		clock.setWall(5 * HOUR + 10 * MINUTE);

		const next = await open({ disk, clock });
		const legacy = await next.file.find();

		expect(legacy).toMatchObject({ at: -10 * MINUTE, endsAt: 50 * MINUTE, secrets: ["a", "b"] });
		expect(legacy?.token.equals(TOKEN)).toBe(true);
		expect(await next.file.read()).toEqual({ kind: "text", text: legacy?.token });
	});

	test("is no older than now where the wall clock was set back in between", async () => {
		const { leave, disk } = await open();
		await leave(HOUR);
		const clock = new FakeClock(5 * HOUR);
		clock.setWall(-2 * HOUR);

		const next = await open({ disk, clock });

		expect(await next.file.find()).toMatchObject({ at: 5 * HOUR, endsAt: 6 * HOUR });
	});

	test("has no end where the token has none", async () => {
		const { leave, disk } = await open();
		await leave(Number.POSITIVE_INFINITY);

		const next = await open({ disk, clock: new FakeClock(1000 * HOUR) });

		expect((await next.file.find())?.endsAt).toBe(Number.POSITIVE_INFINITY);
	});

	test.each([
		[
			"another key",
			{ key: { what: "token", credential: { kind: "value", value: new Secret("x".repeat(16)) } } },
		],
		["another server", { identity: ["https://other.test:8200"] }],
		[
			"another role id",
			{ roleId: { what: "role id", credential: { kind: "value", value: new Secret("r") } } },
		],
	] as const)("is nothing to one with %s, who says so once and removes it", async (_, options) => {
		const { leave, disk } = await open();
		await leave(HOUR);

		const { file, log } = await open({ disk, options });

		expect([await file.find(), await file.read(), await file.find()]).toEqual([
			undefined,
			{ kind: "absent" },
			undefined,
		]);
		expect(log.of("handover")).toEqual([
			expect.stringContaining("is not taken up: it was sealed with another"),
		]);
		await file.clear();
		expect(disk.texts.size).toBe(0);
	});

	test("goes when it has served, and only then", async () => {
		const { leave, disk } = await open();
		await leave(HOUR);
		const { file } = await open({ disk });

		await file.clear();
		expect(disk.texts.size).toBe(1);
		await file.find();
		await file.clear();

		expect(disk.texts.size).toBe(0);
	});

	test("stays where others may have put it", async () => {
		const { leave, disk } = await open();
		await leave(HOUR);
		disk.unsafe = "belongs to another user (uid 1001)";
		const { file, log } = await open({ disk });

		expect(await file.find()).toBeUndefined();
		await file.clear();

		expect(disk.texts.size).toBe(1);
		expect(log.lines).toMatchObject([
			{ level: "warn", msg: `${PATH} is not taken up: it belongs to another user (uid 1001); logging in` },
		]);
	});

	test.each<{ fault: string; why: string; secrets?: readonly string[]; options?: Partial<HandoverOptions> }>([
		{ fault: "is too large", secrets: ["x".repeat(800 * 1024)], why: "it would be larger than 1 MiB" },
		{
			fault: "has no key",
			options: { key: key("/run/nowhere") },
			why: "cannot read the JWT from /run/nowhere (ENOENT)",
		},
		{
			fault: "has a key that can be guessed",
			options: { key: key("/run/short") },
			why: "the JWT is too short to make a key of",
		},
	])("is not written when it $fault, and that is said", async ({ secrets = [], options = {}, why }) => {
		const { leave, disk, log } = await open({ options });

		expect(await leave(HOUR, secrets)).toBe(false);

		expect(disk.writes).toBe(0);
		expect(log.lines).toMatchObject([{ level: "warn", msg: expect.stringContaining(why) }]);
		expect(log.of("handover")[0]).toMatch(
			/^nothing is left for the agent after this one, which will log in: /,
		);
	});

	test("is not written on a disk that will not take it, and cannot be removed from it: both are said", async () => {
		const { leave, disk, log, file } = await open();
		await leave(HOUR);
		const words = "cannot write /vault/secrets/.state: the file system is read-only";
		disk.fault = new AgentError(words, { code: "E_DELIVERY", exitCode: ExitCode.undeliverable });

		expect(await leave(HOUR)).toBe(false);
		await file.find();
		await file.clear();

		expect(log.of("handover").slice(1)).toEqual([
			`nothing is left for the agent after this one, which will log in: ${words}`,
			`${PATH} cannot be removed, though it has served: ${words}`,
		]);
	});
});
