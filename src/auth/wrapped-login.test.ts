import { describe, expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeCredentialFiles } from "../../test/support/fake-credential-files.ts";
import { type FakeAnswer, FakeVault, grantReply, refusal, reply } from "../../test/support/fake-vault.ts";
import { unsignedJwt } from "../../test/support/jwt.ts";
import { MemorySinks } from "../../test/support/memory-sinks.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { Secret } from "../kernel/mod.ts";
import { approleMethod, certMethod, jwtMethod, kubernetesMethod, Sinks, TokenSession } from "./mod.ts";

const WRAP_TTL_MS = 300_000;
const WRAPPING = { token: "hvs.wrapping", accessor: "wa", ttl: 300, creation_path: "auth/x/login" };
const SINK = "/run/agent/token";
const FILE = "/run/jwt";
const { signal } = new AbortController();

const wrapped: FakeAnswer = () => reply({ wrapInfo: { ...WRAPPING, wrapped_accessor: "acc" } });

function open(method: "approle" | "cert" | "jwt" | "kubernetes", answer = wrapped) {
	const clock = new FakeClock(1_000_000);
	const vault = new FakeVault(clock, answer);
	const log = new RecordingLog();
	const disk = new MemorySinks();
	const files = new FakeCredentialFiles({ [FILE]: unsignedJwt({ sub: "gateway" }) });
	const terms = { mountPath: `auth/${method}`, role: "r", wrapTtlMs: WRAP_TTL_MS };
	const deps = { client: vault, files, log, clock, hide: () => () => undefined, onCredential: () => {} };
	const tlsClient = {
		send: vault.send.bind(vault),
		certificate: undefined,
		reloadTls: () => ({ kind: "same" }) as const,
	};
	const roleId = { kind: "value", value: new Secret("role") } as const;
	const methods = {
		approle: () => approleMethod({ ...terms, roleId, removeSecretIdFile: false }, deps),
		cert: () => certMethod({ ...terms, files: [] }, { client: tlsClient, clock, refresh: () => undefined }),
		jwt: () => jwtMethod({ ...terms, path: FILE, removeJwtFile: false }, deps),
		kubernetes: () => kubernetesMethod({ ...terms, tokenPath: FILE }, deps),
	};
	const random = () => 1;
	const common = { client: vault, clock, random, log };
	const sinks = new Sinks([{ path: SINK, mode: 0o600 }], { ...common, files: disk.files, isStrict: true });
	const session = new TokenSession({
		...common,
		method: methods[method](),
		backoff: { minMs: 1000, maxMs: 60_000 },
		hide: () => () => undefined,
		sinks,
	});
	const stop = new AbortController();
	const kept = session.keepAlive(stop.signal);
	onTestFinished(async () => {
		stop.abort(new Error("the test is over"));
		await kept;
		await session.end();
	});
	return { clock, vault, log, disk, session, kept };
}

describe("a login whose token comes wrapped", () => {
	test.each(["approle", "cert", "jwt", "kubernetes"] as const)(
		"by %s puts the wrapping into the sink as Vault gives it, and says so",
		async (method) => {
			const { session, vault, disk, log } = open(method);

			await session.token(signal);

			expect(vault.calls).toMatchObject([{ path: `auth/${method}/login`, wrapTtlMs: WRAP_TTL_MS }]);
			expect(JSON.parse(disk.texts.get(SINK) ?? "")).toEqual({ ...WRAPPING, wrapped_accessor: "acc" });
			expect(log.of("login")).toEqual([`${method} ok, the token came wrapped and is for who reads the sink`]);
		},
	);

	test("is made once: the agent parks, and neither renews nor looks up what it does not have", async () => {
		const { session, vault, clock } = open("approle");
		await session.token(signal);

		await clock.advance(30 * 24 * 3_600_000);

		expect(vault.calls).toHaveLength(1);
	});

	test("is no login when Vault does not wrap", async () => {
		const { session, disk } = open("approle", () => grantReply("hvs.plain"));

		await expect(session.token(signal)).rejects.toMatchObject({
			message: "Vault answered the login without a wrapping of the token",
			code: "E_LOGIN_EMPTY",
			exitCode: 3,
		});
		expect(disk.texts.size).toBe(0);
	});
});

describe("a login that fails", () => {
	const token = { kind: "value", value: new Secret("role") } as const;

	function openEnding(endsOnError: boolean) {
		const clock = new FakeClock(1_000_000);
		const log = new RecordingLog();
		const vault = new FakeVault(clock, (call) => {
			if (call.path === "auth/approle/login") return grantReply("t1");
			throw refusal(call, 403);
		});
		const files = new FakeCredentialFiles({});
		const options = { mountPath: "auth/approle", roleId: token, removeSecretIdFile: false };
		const session = new TokenSession({
			method: approleMethod(options, { client: vault, files, log, onCredential: () => {} }),
			client: vault,
			clock,
			random: () => 1,
			backoff: { minMs: 1000, maxMs: 60_000 },
			log,
			hide: () => () => undefined,
			endsOnError,
		});
		const stop = new AbortController();
		const ended = session.keepAlive(stop.signal).then(
			() => "kept alive",
			(error: unknown) => error,
		);
		onTestFinished(async () => {
			stop.abort(new Error("the test is over"));
			await ended;
		});
		const refuseLogins = () => {
			vault.answer = (call) => {
				throw refusal(call, 400, { words: "invalid role or secret ID" });
			};
		};
		return { session, vault, clock, stop, ended, refuseLogins };
	}

	test("is told as the end, where it is to be", async () => {
		const { session, ended, refuseLogins } = openEnding(true);
		refuseLogins();

		await session.token(signal).catch(() => undefined);

		expect(await ended).toMatchObject({ code: "E_LOGIN_REFUSED", exitCode: 3 });
	});

	test("is the end also when it takes the place of a renewal", async () => {
		const { session, ended, clock, refuseLogins } = openEnding(true);
		await session.token(signal);
		refuseLogins();

		await clock.advance(3_600_000);

		expect(await ended).toMatchObject({ code: "E_LOGIN_REFUSED" });
	});

	test("is none when only the renewal was refused", async () => {
		const { session, vault, clock, stop, ended } = openEnding(true);
		await session.token(signal);

		await clock.advance(3_600_000);
		stop.abort(new Error("the test is over"));

		expect(vault.to("auth/token/renew-self").length).toBeGreaterThan(0);
		expect(await ended).toBe("kept alive");
	});

	test("is tried again otherwise", async () => {
		const { session, stop, ended, refuseLogins } = openEnding(false);
		refuseLogins();

		await session.token(signal).catch(() => undefined);
		stop.abort(new Error("the test is over"));

		expect(await ended).toBe("kept alive");
	});
});
