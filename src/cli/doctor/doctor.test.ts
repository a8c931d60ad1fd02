import * as nodeFileSystem from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { FakeVault, reply } from "../../../test/support/fake-vault.ts";
import type { Config } from "../../config/mod.ts";
import { ExitCode } from "../../kernel/mod.ts";
import { parseTemplate } from "../../template/mod.ts";
import { destinationChecks } from "./file-checks.ts";
import { exitCodeOf, type Finding, ok, warning } from "./finding.ts";
import { childChecks, listenerCheck, processChecks } from "./process-checks.ts";
import { addressChecks, healthChecks } from "./server-checks.ts";

const DAY = 86_400_000;
const platform = { node: "24.0.0", v8: "13", platform: "linux", arch: "x64" };
const exec = { command: ["litellm", "--port", "1"] } as unknown as NonNullable<Config["exec"]>;
const noFiles = { readFile: () => Buffer.alloc(0), readDirectory: () => [] };

describe("the process", () => {
	test("is in order without special variables and with its cache", async () => {
		const world = { version: "1.0.0", platform, env: { NODE_OPTIONS: "" } };

		const found = await processChecks(world, { cachedModules: async () => 12 });

		expect(found.map(({ result }) => result)).toEqual(["ok", "ok", "ok"]);
	});

	test.each(["NODE_DEBUG", "NODE_OPTIONS", "NODE_TLS_REJECT_UNAUTHORIZED"])(
		"%s is warned of",
		async (name) => {
			const world = { version: "1.0.0", platform, env: { [name]: "x" } };

			const found = await processChecks(world, { cachedModules: async () => 12 });

			expect(found).toContainEqual(expect.objectContaining({ result: "warning", remedy: `unset ${name}` }));
		},
	);

	test("a cache that holds nothing is a slow start", async () => {
		const found = await processChecks(
			{ version: "1.0.0", platform, env: {} },
			{ cachedModules: async () => 0 },
		);

		expect(found.at(-1)).toMatchObject({ check: "compile cache", result: "warning" });
	});
});

describe("the child", () => {
	const world = { cwd: "/srv", env: { PATH: "/a:/b" } };
	const at = (place: string) => async (path: string) => path === place;

	test("is found on the agent's PATH", async () => {
		const [child] = await childChecks({ exec }, world, { pid: 7, may: at("/b/litellm") });

		expect(child).toMatchObject({ result: "ok", says: "litellm is /b/litellm" });
	});

	test.each(["./litellm", "/srv/litellm"])("named %s is looked for there alone", async (program) => {
		const named = { ...exec, command: [program] };

		const [child] = await childChecks({ exec: named }, world, { pid: 7, may: at("/srv/litellm") });

		expect(child).toMatchObject({ result: "ok" });
	});

	test("that is not there fails", async () => {
		const [child] = await childChecks({ exec }, world, { pid: 7, may: async () => false });

		expect(child).toMatchObject({ result: "failure", exitCode: ExitCode.usage });
	});

	test.each([
		[1, "warning"],
		[2, "ok"],
	])("of an agent with pid %d: %s, as Node collects no orphans", async (pid, result) => {
		const [, init] = await childChecks({ exec }, world, { pid, may: async () => true });

		expect(init).toMatchObject({ check: "init", result });
	});

	test("an agent without one may be pid 1", async () => {
		const found = await childChecks({}, world, { pid: 1, may: async () => true });

		expect(found).toMatchObject([{ check: "child", result: "left out" }]);
	});
});

describe("the server", () => {
	const answer = (data: Parameters<typeof reply>[0], now = 0) => {
		const clock = new FakeClock(now);
		return healthChecks({ client: new FakeVault(clock, () => reply(data)) }, { clock });
	};

	test.each([
		[{ initialized: true, sealed: false, standby: false }, "ok", "active"],
		[{ initialized: true, sealed: false, standby: true }, "ok", "standby"],
		[{ initialized: true, sealed: true, standby: true }, "failure", "is sealed"],
		[{ initialized: false, sealed: true, standby: true }, "failure", "is not initialized"],
	])("%j: %s, %s", async (data, result, words) => {
		const [health] = await answer({ data });

		expect(health).toMatchObject({ result, says: expect.stringContaining(words) });
	});

	test.each([
		[59_000, "ok", "differ by 59 s"],
		[61_000, "warning", "61 s behind"],
		[-61_000, "warning", "61 s ahead of"],
	])("a clock that differs by %d ms: %s, %s", async (skew, result, words) => {
		const now = 1_000_000_000;

		const [, clock] = await answer({ data: { initialized: true }, serverTime: now + skew }, now);

		expect(clock).toMatchObject({ check: "clock", result, says: expect.stringContaining(words) });
	});

	test.each([
		[13 * DAY, "warning"],
		[15 * DAY, "ok"],
	])("a certificate that ends in %d ms: %s", async (left, result) => {
		const clock = new FakeClock(0);
		const connect = async () => ({
			protocol: "TLSv1.3",
			certificate: { subject: "vault", validUntil: clock.now() + left },
		});
		const vault = { addresses: ["https://vault.test"], timeoutMs: 1000, tls: { skipVerify: false } };

		const found = await addressChecks({ vault }, { clock, tlsFiles: noFiles }, { connect });

		expect(found).toMatchObject([{ check: "address", result }]);
	});

	test.each([
		["DEPTH_ZERO_SELF_SIGNED_CERT", "VAULT_CACERT"],
		["CERT_HAS_EXPIRED", "renewed"],
		["ERR_TLS_CERT_ALTNAME_INVALID", "VAULT_TLS_SERVER_NAME"],
		["ERR_SSL_WRONG_VERSION_NUMBER", "speaks no TLS"],
		["ENOTFOUND", "name service"],
	])("%s is told with what to do: %s", async (code, remedy) => {
		const connect = async () => {
			throw Object.assign(new Error("x"), { code });
		};
		const vault = { addresses: ["https://vault.test"], timeoutMs: 1000, tls: { skipVerify: false } };

		const found = await addressChecks({ vault }, { clock: new FakeClock(0), tlsFiles: noFiles }, { connect });

		expect(found).toMatchObject([
			{ result: "failure", exitCode: ExitCode.timeout, remedy: expect.stringContaining(remedy) },
		]);
	});
});

describe("a destination", () => {
	const unit = {
		kind: "file",
		name: "x",
		template: parseTemplate("x", { file: "x", allowEmpty: false }),
		required: true,
		destination: "/vault/secrets/x.env",
		format: "dotenv",
		source: "x",
		mode: 0o600,
		onChange: [],
		onDeleted: "keep",
	} as const;
	const world = { fs: nodeFileSystem, uid: 1000, clock: new FakeClock() };
	const machine = (isInMemory: boolean | undefined, mayWrite = true) => ({
		stat: async () => ({ mode: 0o755, uid: 0 }),
		may: async () => mayWrite,
		isInMemory: async () => isInMemory,
	});
	const look = (given: object, where: ReturnType<typeof machine>) =>
		destinationChecks({ allowedRoots: [] } as unknown as Config, [{ ...unit, ...given }], {
			world,
			machine: where,
		});

	test.each([
		[true, "ok"],
		[false, "warning"],
		[undefined, "ok"],
	])("below /vault/secrets, in memory %s: %s", async (isInMemory, result) => {
		expect(await look({}, machine(isInMemory))).toMatchObject([{ check: "destination", result }]);
	});

	test("for the next agent has to be in memory as well", async () => {
		const config = { allowedRoots: [], handover: { path: "/vault/secrets/.state" } } as unknown as Config;

		const found = await destinationChecks(config, [], { world, machine: machine(false) });

		expect(found).toMatchObject([
			{ result: "warning", says: expect.stringContaining("/vault/secrets/.state is on a disk") },
		]);
	});

	test("elsewhere may be on a disk", async () => {
		expect(await look({ destination: "/srv/x.env" }, machine(false))).toMatchObject([{ result: "ok" }]);
	});

	test("that nobody may write fails", async () => {
		const found = await look({}, machine(true, false));

		expect(found).toMatchObject([{ result: "failure", exitCode: ExitCode.undeliverable }]);
	});

	test("for another user is warned of, and fails where there is no such user", async () => {
		expect(await look({ user: "4711" }, machine(true))).toMatchObject([{ result: "warning" }]);
		expect(await look({ user: "no-such-user" }, machine(true))).toMatchObject([{ result: "failure" }]);
	});
});

test("a listener's address that is taken fails, unless an agent answers there", async () => {
	const listener = { address: { kind: "tcp", host: "127.0.0.1", port: 1 } } as NonNullable<
		Config["listener"]
	>;

	const look = async (code: string | undefined, isRunning: boolean) =>
		await listenerCheck({ listener }, { canListen: async () => code }, async () => isRunning);

	expect(await look("EADDRINUSE", false)).toMatchObject([{ result: "failure" }]);
	expect(await look("EADDRINUSE", true)).toMatchObject([{ result: "ok" }]);
	expect(await look("EACCES", true)).toMatchObject([{ result: "failure" }]);
	expect(await look(undefined, false)).toMatchObject([{ result: "ok" }]);
});

test("the exit code is that of the first failure, whatever is warned of before", () => {
	const failing = (exitCode: number): Finding => ({ check: "x", result: "failure", says: "x", exitCode });

	expect(exitCodeOf([ok("a", "a"), warning("b", "b", "c"), failing(5), failing(2)])).toBe(5);
	expect(exitCodeOf([ok("a", "a"), warning("b", "b", "c")])).toBe(ExitCode.done);
});
