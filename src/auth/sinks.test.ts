import { getEventListeners } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import {
	away,
	type FakeAnswer,
	FakeVault,
	grantReply,
	refusal,
	reply,
} from "../../test/support/fake-vault.ts";
import { MemorySinks } from "../../test/support/memory-sinks.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { AgentError, ExitCode, type JsonValue, Secret } from "../kernel/mod.ts";
import { approleMethod, type Sink, Sinks, TokenSession } from "./mod.ts";

const LOGIN = "auth/approle/login";
const LOOKUP = "auth/token/lookup-self";
const WRAP = "sys/wrapping/wrap";
const PATH = "/run/agent/token";
const PLAIN: Sink = { path: PATH, mode: 0o600 };

interface Options {
	readonly sinks?: readonly Sink[];
	readonly disk?: MemorySinks;
	readonly answer?: FakeAnswer;
	readonly isStrict?: boolean;
	readonly role?: string;
	readonly revokesAtEnd?: boolean;
}

const READ_ONLY = new AgentError("cannot write /run/agent/token: the file system is read-only", {
	code: "E_DELIVERY",
	exitCode: ExitCode.undeliverable,
	remedy: "retry",
	rows: { do: "mount a writable volume there, such as a memory emptyDir" },
});

/** Each login gives a new token. */
function issuing(): FakeAnswer {
	let issued = 0;
	return (call) => {
		if (call.path === LOGIN) return grantReply(`hvs.canary-${++issued}`);
		if (call.path === WRAP)
			return reply({ wrapInfo: { token: "hvs.wrapping", ttl: 300, creation_path: WRAP } });
		throw refusal(call, 403);
	};
}

function open({
	sinks = [PLAIN],
	disk = new MemorySinks(),
	answer,
	isStrict = false,
	role,
	revokesAtEnd = false,
}: Options = {}) {
	const clock = new FakeClock(1_000_000);
	const log = new RecordingLog();
	const vault = new FakeVault(clock, answer ?? issuing());
	const none = { readFile: () => Promise.reject(new Error("none")), unlink: () => Promise.resolve() };
	const roleId = { kind: "value", value: new Secret("role") } as const;
	const method = approleMethod(
		{ mountPath: "auth/approle", roleId, removeSecretIdFile: true, namespace: "team" },
		{ client: vault, files: none, log, onCredential: () => {} },
	);
	const random = () => 1;
	const session = new TokenSession({
		method,
		client: vault,
		clock,
		random,
		backoff: { minMs: 1000, maxMs: 60_000 },
		log,
		hide: () => () => undefined,
		sinks: new Sinks(sinks, {
			files: disk.files,
			client: vault,
			clock,
			random,
			log,
			isStrict,
			namespace: "team",
		}),
		revokesAtEnd,
		takesUp: { path: LOGIN, ...(role !== undefined && { role }) },
	});
	const { signal } = new AbortController();
	onTestFinished(async () => await session.end());
	return { clock, log, vault, disk, session, token: async () => (await session.token(signal)).reveal() };
}

/** What `lookup-self` says of a token that this login has given. */
function known(over: { readonly [key: string]: JsonValue } = {}): FakeAnswer {
	const data = {
		accessor: "acc",
		path: LOGIN,
		ttl: 3000,
		creation_ttl: 3600,
		expire_time: "2026-11-21T10:35:12Z",
		renewable: true,
		policies: ["reader"],
		meta: { role_name: "gateway" },
		...over,
	};
	const issue = issuing();
	return (call) => (call.path === LOOKUP ? reply({ data }) : issue(call));
}

function holding(text: string): MemorySinks {
	const disk = new MemorySinks();
	disk.texts.set(PATH, text);
	return disk;
}

describe("a sink", () => {
	test("gets the token of each login", async () => {
		const { token, disk, clock, session } = open();
		await token();
		await clock.advance(0);
		expect(disk.texts.get(PATH)).toBe("hvs.canary-1");

		await clock.advance(3_600_000);
		await token();
		await clock.advance(0);

		expect(disk.texts.get(PATH)).toBe("hvs.canary-2");
		expect(session.sinks).toEqual([{ path: PATH }]);
	});

	test("with wrap_ttl gets the wrapping as Vault gives it, made in the token's own namespace", async () => {
		const { token, disk, clock, vault } = open({ sinks: [{ ...PLAIN, wrapTtlMs: 300_000 }] });

		await token();
		await clock.advance(0);

		expect(JSON.parse(disk.texts.get(PATH) ?? "")).toEqual({
			token: "hvs.wrapping",
			ttl: 300,
			creation_path: WRAP,
			wrapped_accessor: "",
		});
		const [call] = vault.to(WRAP);
		expect(call).toMatchObject({ method: "POST", wrapTtlMs: 300_000, namespace: "team" });
		expect(call?.body).toEqual({ token: "hvs.canary-1" });
	});

	test("that cannot be written is tried again after 1 s to 60 s, while the agent goes on", async () => {
		const disk = new MemorySinks();
		disk.fault = READ_ONLY;
		const { token, clock, session, log, vault } = open({ disk });

		expect(await token()).toBe("hvs.canary-1");
		await clock.advance(600_000);

		expect(clock.sleeps.slice(0, 8)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
		expect(session.sinks[0]?.error).toMatchObject({ code: "E_SINK", exitCode: 6 });
		expect(log.of("sink")).toEqual([
			"the token cannot be put into the sink /run/agent/token: cannot write /run/agent/token: the file system is read-only; trying again, the agent goes on",
		]);
		expect(vault.to(LOGIN)).toHaveLength(1);
	});

	test("that can be written again gets the newest token, and says so", async () => {
		const disk = new MemorySinks();
		disk.fault = READ_ONLY;
		const { token, clock, session, log } = open({ disk });
		await token();
		await clock.advance(10_000);

		disk.fault = undefined;
		await clock.advance(60_000);

		expect(disk.texts.get(PATH)).toBe("hvs.canary-1");
		expect(log.of("sink").at(-1)).toBe("the token stands in /run/agent/token now");
		expect(session.sinks).toEqual([{ path: PATH }]);
	});

	test("gets nothing more from a session that another one has replaced", async () => {
		const disk = new MemorySinks();
		disk.fault = READ_ONLY;
		const { token, clock, session } = open({ disk });
		await token();
		await clock.advance(0);

		session.giveUp();
		disk.fault = undefined;
		await clock.advance(600_000);

		expect(disk.texts.size).toBe(0);
	});

	test("that cannot be written while it is tried does not make a wrapping for each try", async () => {
		const disk = new MemorySinks();
		disk.fault = READ_ONLY;
		const { token, clock, vault } = open({ disk, sinks: [{ ...PLAIN, wrapTtlMs: 3_600_000 }] });

		await token();
		await clock.advance(600_000);

		expect(disk.writes).toBeGreaterThan(8);
		expect(vault.to(WRAP)).toHaveLength(1);
	});

	test("that cannot be written ends work that is done once, whoever asks for the token", async () => {
		const disk = new MemorySinks();
		disk.fault = READ_ONLY;
		const { token, vault } = open({ disk, isStrict: true });

		await expect(token()).rejects.toMatchObject({
			code: "E_SINK",
			exitCode: 6,
			remedy: "give-up",
			rows: { do: "mount a writable volume there, such as a memory emptyDir" },
		});
		await expect(token()).rejects.toMatchObject({ code: "E_SINK" });
		expect(vault.to(LOGIN)).toHaveLength(1);
	});

	test("stands before work that is done once goes on", async () => {
		const { token, disk } = open({ isStrict: true });

		await token();

		expect(disk.texts.get(PATH)).toBe("hvs.canary-1");
	});
});

test("waiting for sinks leaves nothing on the signal of those who ask for the token", async () => {
	const { session } = open();
	const { signal } = new AbortController();

	for (let n = 0; n < 10; n++) await session.token(signal);

	expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe("a sink at the end", () => {
	test.each<[string, Sink]>([
		["a token", PLAIN],
		["the wrapping of a token", { ...PLAIN, wrapTtlMs: 300_000 }],
	])("loses %s that is revoked", async (_, sink) => {
		const { token, disk, session, vault, clock } = open({ revokesAtEnd: true, sinks: [sink] });
		await token();
		await clock.advance(0);

		await session.end();

		expect(disk.texts.size).toBe(0);
		expect(vault.to("auth/token/revoke-self")).toHaveLength(1);
	});

	test("keeps what somebody else has put there meanwhile", async () => {
		const { token, disk, session, clock } = open({ revokesAtEnd: true });
		await token();
		await clock.advance(0);

		disk.texts.set(PATH, "hvs.another-agent");
		await session.end();

		expect(disk.texts.get(PATH)).toBe("hvs.another-agent");
	});

	test("keeps a token that is not revoked, for the next start", async () => {
		const { token, disk, session, clock } = open();
		await token();
		await clock.advance(0);

		await session.end();

		expect(disk.texts.get(PATH)).toBe("hvs.canary-1");
	});
});

describe("a token in a sink", () => {
	test("that is still good spares the login", async () => {
		const { token, vault, log } = open({ disk: holding("hvs.left-behind"), answer: known() });

		expect(await token()).toBe("hvs.left-behind");

		expect(vault.calls.map(({ path, namespace }) => [path, namespace])).toEqual([[LOOKUP, "team"]]);
		expect(log.of("login")).toEqual(["approle token taken from /run/agent/token, ttl 50m, policies reader"]);
	});

	test.each<[string, { [key: string]: JsonValue }, string]>([
		["from another login", { path: "auth/kubernetes/login" }, "it comes from another login"],
		["of another role", { meta: { role: "other" } }, "it is of another role"],
		["of another namespace", { namespace_path: "other/" }, "it is of another namespace"],
		["with ten seconds left", { ttl: 10, creation_ttl: 20 }, "it ends in 10 s"],
		["with less than a tenth left", { ttl: 300 }, "it ends in 300 s"],
	])("%s is not used", async (_, data, why) => {
		const { token, log } = open({ disk: holding("hvs.left-behind"), answer: known(data), role: "gateway" });

		expect(await token()).toBe("hvs.canary-1");
		expect(log.of("sink")).toEqual([`the token in ${PATH} is not used: ${why}`]);
	});

	test("that Vault no longer knows is not used, and asked about once", async () => {
		const { token, vault } = open({ disk: holding("hvs.left-behind") });

		expect(await token()).toBe("hvs.canary-1");
		expect(vault.to(LOOKUP)).toHaveLength(1);
	});

	test("that others could have put there is not shown to anybody", async () => {
		const disk = holding("hvs.planted");
		disk.unsafe = "belongs to another user (uid 1001)";
		const { token, vault, log } = open({ disk, answer: known() });

		expect(await token()).toBe("hvs.canary-1");
		expect(vault.to(LOOKUP)).toEqual([]);
		expect(log.lines.find(({ event }) => event === "sink")).toMatchObject({
			level: "warn",
			msg: `the token in ${PATH} is not used: it belongs to another user (uid 1001)`,
		});
	});

	test("is left alone where each start is to log in", async () => {
		const disk = holding("hvs.left-behind");
		const { token, vault, clock } = open({ disk, sinks: [{ ...PLAIN, reuse: false }], answer: known() });

		expect(await token()).toBe("hvs.canary-1");
		await clock.advance(0);

		expect(vault.to(LOOKUP)).toEqual([]);
		expect(disk.texts.get(PATH)).toBe("hvs.canary-1");
	});

	test("is not looked for in a sink that holds wrappings", async () => {
		const disk = holding("{}");
		const { token, vault } = open({ disk, sinks: [{ ...PLAIN, wrapTtlMs: 1000 }], answer: known() });

		await token();

		expect(vault.to(LOOKUP)).toEqual([]);
	});

	test("waits for Vault like a login when Vault is away", async () => {
		const { token, vault, clock } = open({ disk: holding("hvs.left-behind"), answer: known() });
		const { answer } = vault;
		vault.answer = (call) => {
			throw away(call);
		};
		await expect(token()).rejects.toMatchObject({ code: "E_VAULT_UNREACHABLE" });

		vault.answer = answer;
		await clock.advance(60_000);

		expect(await token()).toBe("hvs.left-behind");
		expect(vault.to(LOGIN)).toEqual([]);
	});
});
