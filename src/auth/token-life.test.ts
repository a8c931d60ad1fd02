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
import { RecordingLog } from "../../test/support/recording-log.ts";
import { Secret } from "../kernel/mod.ts";
import { approleMethod, type AuthMethod, TokenSession, tokenMethod } from "./mod.ts";

const HOUR = 3_600_000;
const LOGIN = "auth/approle/login";
const RENEW = "auth/token/renew-self";
const LOOKUP = "auth/token/lookup-self";
const REVOKE = "auth/token/revoke-self";
const DEAD = refusal({ method: "GET", path: "secret/data/x" }, 403, {
	words: "permission denied; invalid token",
});

interface Options {
	readonly answer?: FakeAnswer;
	readonly revokesAtEnd?: boolean;
	readonly method?: (vault: FakeVault) => AuthMethod;
	readonly giveBack?: (signal: AbortSignal) => Promise<void>;
}

/** Tokens `t1`, `t2`, … of an hour that are never renewed. */
function issuing(rest: FakeAnswer = () => reply({ status: 204 })): FakeAnswer {
	let issued = 0;
	return (call) =>
		call.path === LOGIN
			? grantReply(`t${++issued}`, { renewable: false, accessor: `acc${issued}` })
			: rest(call);
}

function open({ answer = issuing(), revokesAtEnd = false, method, giveBack }: Options = {}) {
	const clock = new FakeClock(1_000_000);
	const log = new RecordingLog();
	const vault = new FakeVault(clock, answer);
	const hidden = new Set<string>();
	const files = { readFile: () => Promise.reject(new Error("none")), unlink: () => Promise.resolve() };
	const roleId = { kind: "value", value: new Secret("role") } as const;
	const session = new TokenSession({
		method:
			method?.(vault) ??
			approleMethod(
				{ mountPath: "auth/approle", roleId, removeSecretIdFile: true },
				{ client: vault, files, log, onCredential: () => {} },
			),
		client: vault,
		clock,
		random: () => 0.5,
		backoff: { minMs: 1000, maxMs: 60_000 },
		log,
		hide: (token) => {
			hidden.add(token.reveal());
			return () => void hidden.delete(token.reveal());
		},
		revokesAtEnd,
		...(giveBack && { giveBack }),
	});
	const stop = new AbortController();
	const { signal } = stop;
	onTestFinished(() => stop.abort(new Error("the test is over")));
	return {
		clock,
		log,
		vault,
		hidden,
		session,
		signal,
		start: clock.now(),
		/** Tokens that were revoked, in order. */
		revoked: () => vault.to(REVOKE).map(({ token }) => token?.reveal()),
		keepAlive: () => void session.keepAlive(signal),
	};
}

describe("the life of a token", () => {
	test("ends when Vault said so, and later once it has been renewed", async () => {
		const answer: FakeAnswer = ({ path }) => grantReply(path === RENEW ? "same" : "t1");
		const { session, signal, start, clock, keepAlive } = open({ answer });
		const token = await session.token(signal);
		keepAlive();
		expect(session.lifeOf(token)).toBe(start + HOUR);

		await clock.advance(0.7 * HOUR);

		expect(session.lifeOf(token)).toBeGreaterThan(start + 1.6 * HOUR);
	});

	test("is its own also after it has been replaced", async () => {
		const { session, signal, start, clock, keepAlive } = open();
		const first = await session.token(signal);
		keepAlive();

		await clock.advance(0.7 * HOUR);

		const second = await session.token(signal);
		expect(second).not.toBe(first);
		expect(session.lifeOf(first)).toBe(start + HOUR);
		expect(session.lifeOf(second)).toBeGreaterThan(start + 1.6 * HOUR);
	});

	test("has no end when Vault gave it none", async () => {
		const { session, signal } = open({ answer: () => grantReply("t1", { lease_duration: 0 }) });

		expect(session.lifeOf(await session.token(signal))).toBe(Number.POSITIVE_INFINITY);
	});

	test("is over for a dead token, and for one that was never held", async () => {
		const { session, signal } = open();
		const token = await session.token(signal);

		await session.isDead(token, DEAD, signal);

		expect(session.lifeOf(token)).toBe(0);
		expect(session.lifeOf(new Secret("t1"))).toBe(0);
	});
});

describe("a replaced token", () => {
	async function openReplaced(rest?: FakeAnswer) {
		const bench = open({ answer: issuing(rest) });
		const first = await bench.session.token(bench.signal);
		bench.keepAlive();
		await bench.clock.advance(0.7 * HOUR);
		return { ...bench, first };
	}

	test("is revoked once nobody needs it, and hidden until then", async () => {
		const { session, signal, revoked, first, hidden } = await openReplaced();
		await session.revokeReplaced((token) => token === first, signal);
		expect(revoked()).toEqual([]);
		expect([...hidden]).toEqual(["t1", "t2"]);

		await session.revokeReplaced(() => false, signal);
		await session.revokeReplaced(() => false, signal);

		expect(revoked()).toEqual(["t1"]);
		expect([...hidden]).toEqual(["t2"]);
	});

	test("is tried again when Vault is away, and left alone when Vault says no", async () => {
		const { session, signal, vault, revoked } = await openReplaced();
		vault.answer = (call) => {
			throw away(call);
		};
		await session.revokeReplaced(() => false, signal);
		vault.answer = (call) => {
			throw refusal(call, 403);
		};
		await session.revokeReplaced(() => false, signal);
		await session.revokeReplaced(() => false, signal);

		expect(revoked()).toEqual(["t1", "t1"]);
	});

	test("is not revoked after it has ended by itself", async () => {
		const { session, signal, clock, revoked } = await openReplaced();

		await clock.advance(0.4 * HOUR);
		await session.revokeReplaced(() => false, signal);

		expect(revoked()).toEqual([]);
	});

	test("that was dead is not revoked", async () => {
		const { session, signal, revoked } = open();
		const token = await session.token(signal);
		await session.isDead(token, DEAD, signal);
		await session.token(signal);

		await session.revokeReplaced(() => false, signal);

		expect(revoked()).toEqual([]);
	});
});

describe("the end of a session", () => {
	test("leaves the token alone unless told otherwise", async () => {
		const { session, signal, revoked } = open();
		await session.token(signal);

		await session.end();

		expect(revoked()).toEqual([]);
	});

	test("revokes the token, and those that it has replaced", async () => {
		const { session, signal, revoked, keepAlive, clock } = open({ revokesAtEnd: true });
		await session.token(signal);
		keepAlive();
		await clock.advance(0.7 * HOUR);

		await session.end();

		expect(revoked().toSorted((a = "", b = "") => a.localeCompare(b))).toEqual(["t1", "t2"]);
	});

	test("revokes what a login gives that was still under way", async () => {
		const { session, signal, revoked } = open({ revokesAtEnd: true });
		const asked = session.token(signal);

		await session.end();

		await asked;
		expect(revoked()).toEqual(["t1"]);
	});

	test("asks nothing of Vault when there was no login", async () => {
		const { session, vault } = open({ revokesAtEnd: true });

		await session.end();

		expect(vault.calls).toEqual([]);
	});

	test("waits two seconds for a server that does not answer, and no longer", async () => {
		const { session, signal, clock, log } = open({
			revokesAtEnd: true,
			answer: issuing(() => new Promise(() => undefined)),
		});
		await session.token(signal);
		const end = session.end().then(() => "over");
		const now = Promise.resolve("not yet");

		await clock.advance(1999);
		expect(await Promise.race([end, now])).toBe("not yet");
		await clock.advance(1);

		expect(await Promise.race([end, now.then(() => now)])).toBe("over");
		expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
	});

	test("is no fault when Vault refuses the revocation", async () => {
		const { session, signal, log } = open({
			revokesAtEnd: true,
			answer: issuing((call) => {
				throw refusal(call, 403);
			}),
		});
		await session.token(signal);

		await session.end();

		expect(log.of("revoked")).toEqual([
			expect.stringMatching(/^the token could not be revoked \(.*403\)\); it ends by itself$/),
		]);
	});
});

describe("what came of a token", () => {
	const batch: FakeAnswer = () => grantReply("hvb.batch", { renewable: false, accessor: "" });

	test("is given back at the end where the token itself cannot be", async () => {
		const given: string[] = [];
		const { session, signal, revoked } = open({
			answer: batch,
			revokesAtEnd: true,
			giveBack: async () => await Promise.resolve(void given.push("leases")),
		});
		await session.token(signal);

		await session.end();

		expect([given, revoked()]).toEqual([["leases"], []]);
	});

	test.each<[string, Partial<Options>, (bench: ReturnType<typeof open>) => unknown]>([
		["goes with a token that is revoked", {}, () => undefined],
		["is left where nothing is to be revoked", { answer: batch, revokesAtEnd: false }, () => undefined],
		["has gone with a token that has ended", { answer: batch }, ({ clock }) => clock.advance(HOUR)],
		["is left to the agent that goes on with the token", { answer: batch }, ({ session }) => session.leave()],
	])("%s", async (_, options, act) => {
		const given: string[] = [];
		const giveBack = async () => await Promise.resolve(void given.push("leases"));
		const bench = open({ revokesAtEnd: true, giveBack, ...options });
		await bench.session.token(bench.signal);
		await act(bench);

		await bench.session.end();

		expect(given).toEqual([]);
	});

	test("is waited for no longer than two seconds", async () => {
		const { session, signal, clock, log } = open({
			answer: batch,
			revokesAtEnd: true,
			giveBack: async (abort) => {
				await new Promise((_, reject) =>
					abort.addEventListener("abort", () => reject(abort.reason as Error)),
				);
			},
		});
		await session.token(signal);
		const end = session.end();

		await clock.advance(2000);
		await end;

		expect(log.of("revoked")).toEqual([
			"what came of the token could not be given back (the server takes too long); it ends by itself",
		]);
	});
});

test("a token that is left to another agent is not revoked, and those before it are", async () => {
	const { session, signal, revoked, keepAlive, clock } = open({ revokesAtEnd: true });
	await session.token(signal);
	keepAlive();
	await clock.advance(0.7 * HOUR);

	session.leave();
	await session.end();

	expect(revoked()).toEqual(["t1"]);
});

describe("a token that the user gave", () => {
	/** A token file whose text the test chooses. */
	function openGiven(over: Partial<Options> = {}) {
		const file = { text: "given-1" };
		const files = { readFile: () => Promise.resolve(file.text), unlink: () => Promise.resolve() };
		const token = { kind: "file", path: "/run/token" } as const;
		const bench = open({
			answer: () => reply({ data: { ttl: 3600, expire_time: "2026-11-21T10:35:12Z", accessor: "acc" } }),
			method: (vault) => tokenMethod({ token }, { client: vault, files, onCredential: () => {} }),
			revokesAtEnd: true,
			...over,
		});
		return { ...bench, file };
	}

	test("is never revoked", async () => {
		const { session, signal, file, revoked } = openGiven();
		await session.token(signal);
		file.text = "given-2";
		await session.credentialsChanged(signal);

		await session.revokeReplaced(() => false, signal);
		await session.end();

		expect(revoked()).toEqual([]);
	});

	test("is replaced at once by another one in the file", async () => {
		const { session, signal, file } = openGiven();
		await session.token(signal);

		file.text = "given-2";
		await session.credentialsChanged(signal);

		expect((await session.token(signal)).reveal()).toBe("given-2");
	});

	test("is asked about no more often because the file was touched", async () => {
		const { session, signal, vault } = openGiven();
		await session.token(signal);

		await session.credentialsChanged(signal);

		expect(vault.to(LOOKUP)).toHaveLength(1);
	});

	test("is worth another try when it is new, and none is held that works", async () => {
		const { session, signal, file, vault } = openGiven();
		const { answer } = vault;
		vault.answer = (call) => {
			throw refusal(call, 403);
		};
		await session.token(signal).catch(() => {});

		const sameAgain = await session.credentialsChanged(signal);
		file.text = "given-2";
		vault.answer = answer;
		const another = await session.credentialsChanged(signal);

		expect([sameAgain, another]).toEqual([false, true]);
		expect((await session.token(signal)).reveal()).toBe("given-2");
		file.text = "given-3";
		expect(await session.credentialsChanged(signal)).toBe(false);
	});

	test("stays in use when the new one in the file is no good", async () => {
		const { session, signal, file, vault, log } = openGiven();
		await session.token(signal);
		vault.answer = (call) => {
			throw refusal(call, 403);
		};

		file.text = "given-2";
		await session.credentialsChanged(signal);

		expect((await session.token(signal)).reveal()).toBe("given-1");
		expect(log.of("login").at(-1)).toMatch(
			/^the new token is of no use: .*; the one before it stays in use$/,
		);
	});
});
