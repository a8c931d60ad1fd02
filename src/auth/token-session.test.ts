import { describe, expect, onTestFinished, test } from "vitest";
import {
	type FakeAnswer,
	away,
	FakeVault,
	grantReply,
	refusal,
	reply,
} from "../../test/support/fake-vault.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { seededRandom } from "../../test/support/seeded-random.ts";
import { type AgentError, Secret } from "../kernel/mod.ts";
import { approleMethod, type AuthMethod, TokenSession, tokenMethod } from "./mod.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LOGIN = "auth/approle/login";
const RENEW = "auth/token/renew-self";
const LOOKUP = "auth/token/lookup-self";

interface SessionOptions {
	readonly answer: FakeAnswer;
	readonly random?: () => number;
	readonly namespace?: string;
	/** Instead of AppRole. */
	readonly method?: (vault: FakeVault) => AuthMethod;
}

/** A session that is kept alive, on a clock that stands still. */
function open({ answer, random = seededRandom(), namespace, method }: SessionOptions) {
	const clock = new FakeClock(1_000_000);
	const vault = new FakeVault(clock, answer);
	const log = new RecordingLog();
	const hidden = new Set<string>();
	const options = {
		mountPath: "auth/approle",
		roleId: { kind: "value", value: new Secret("role") },
		removeSecretIdFile: true,
		...(namespace !== undefined && { namespace }),
	} as const;
	const files = { readFile: () => Promise.reject(new Error("none")), unlink: () => Promise.resolve() };
	const session = new TokenSession({
		method: method?.(vault) ?? approleMethod(options, { client: vault, files, log, onCredential: () => {} }),
		client: vault,
		clock,
		random,
		backoff: { minMs: 1000, maxMs: 5 * MINUTE },
		log,
		hide: (token) => {
			hidden.add(token.reveal());
			return () => void hidden.delete(token.reveal());
		},
	});
	const stop = new AbortController();
	const kept = session.keepAlive(stop.signal);
	onTestFinished(async () => {
		stop.abort(new Error("the test is over"));
		await kept;
	});
	return {
		clock,
		vault,
		log,
		hidden,
		session,
		stop,
		kept,
		start: clock.now(),
		token: async () => (await session.token(stop.signal)).reveal(),
	};
}

/** Gives tokens `t1`, `t2`, … of this life; what else is asked is answered by the rest. */
function issuing(ttlSeconds: number, rest: FakeAnswer = () => grantReply("renewed")): FakeAnswer {
	let issued = 0;
	return (call) =>
		call.path === LOGIN ? grantReply(`t${++issued}`, { lease_duration: ttlSeconds }) : rest(call);
}

/** Vault's rule for renewals: the asked life, but never past the token's maximum. */
function withMaximum(now: () => number, { ttl, max }: { ttl: number; max: number }): FakeAnswer {
	let born = 0;
	let issued = 0;
	return (call) => {
		if (call.path === LOGIN) born = now();
		const left = Math.floor((born + max - now()) / 1000);
		if (left <= 0) throw refusal(call, 403);
		const life = { lease_duration: Math.min(ttl / 1000, left) };
		return call.path === LOGIN ? grantReply(`t${++issued}`, life) : grantReply("same", life);
	};
}

describe("a token is renewed", () => {
	test.each([0, 0.5, 0.999])(
		"at about two thirds of its life, each agent at its own time (%d)",
		async (draw) => {
			const { clock, vault, start, token } = open({ answer: issuing(3600), random: () => draw });
			await token();

			await clock.advance(0.8 * HOUR);

			const [renewal] = vault.to(RENEW);
			const part = ((renewal?.at ?? 0) - start) / HOUR;
			expect(part).toBeCloseTo(0.62 + 0.08 * draw, 2);
			expect(vault.to(RENEW)).toHaveLength(1);
			expect(renewal?.token?.reveal()).toBe("t1");
		},
	);

	test("by the life that each reply gives, and stays the same token", async () => {
		const lives = [3600, 7200, 7200];
		const { clock, vault, start, token } = open({
			answer: issuing(3600, () => grantReply("same", { lease_duration: lives.shift() ?? 7200 })),
			random: () => 0,
		});
		await token();

		await clock.advance(4 * HOUR);

		expect(vault.to(RENEW).map(({ at }) => (at - start) / HOUR)).toEqual([0.62, 1.24, 2.48, 3.72]);
		expect(vault.to(LOGIN)).toHaveLength(1);
		expect(await token()).toBe("t1");
	});

	test("in its own namespace, where it is looked up as well", async () => {
		const { clock, vault, session, stop, token } = open({
			answer: issuing(3600, (call) => (call.path === LOOKUP ? reply() : grantReply("same"))),
			namespace: "admin",
		});
		await token();
		await clock.advance(HOUR);

		const held = await session.token(stop.signal);
		await session.isDead(held, refusal({ method: "GET", path: "x" }, 403), stop.signal);

		expect(vault.calls.map(({ path, namespace }) => [path, namespace])).toEqual([
			[LOGIN, "admin"],
			[RENEW, "admin"],
			[LOOKUP, "admin"],
		]);
	});

	test("never, when it has no end", async () => {
		const { clock, vault, token } = open({ answer: issuing(0) });
		await token();

		await clock.advance(30 * DAY);

		expect(vault.calls).toHaveLength(1);
		expect(await token()).toBe("t1");
	});
});

describe("a token is replaced by a fresh login", () => {
	test.each([
		["is not renewable", { renewable: false }],
		["is a batch token", { renewable: false, accessor: "" }],
	])("before its end, when it %s", async (_what, over) => {
		let issued = 0;
		const answer = () => grantReply(`t${++issued}`, over);
		const { clock, vault, start, token } = open({ answer, random: () => 0.5 });
		await token();

		await clock.advance(HOUR - 1);

		expect(vault.calls.map(({ path }) => path)).toEqual([LOGIN, LOGIN]);
		expect((vault.calls[1]?.at ?? 0) - start).toBe(0.66 * HOUR);
		expect(await token()).toBe("t2");
	});

	test("near its maximum, without ever being without one", async () => {
		const now = () => clock.now();
		const { clock, vault, token, hidden } = open({
			answer: (call) => answer(call),
		});
		const answer = withMaximum(now, { ttl: HOUR, max: 4 * HOUR });
		await token();

		for (let hour = 0; hour < 24; hour++) {
			await clock.advance(HOUR);
			expect(hidden).toContain(await token());
		}

		const logins = vault.to(LOGIN).map(({ at }) => at);
		const gaps = logins.slice(1).map((at, index) => at - (logins[index] ?? 0));
		expect(Math.min(...gaps)).toBeGreaterThan(3 * HOUR);
		expect(Math.max(...gaps)).toBeLessThan(4 * HOUR);
		expect(vault.mostPerMinute).toBeLessThanOrEqual(2);
		expect(hidden.size).toBeLessThanOrEqual(2); // the one in use, and the one before it
	});

	test("over forty days of a mount that ends every token after thirty-two", async () => {
		const { clock, vault, token, log } = open({ answer: (call) => answer(call) });
		const answer = withMaximum(() => clock.now(), { ttl: DAY, max: 32 * DAY });
		await token();

		for (let day = 0; day < 40; day++) {
			await clock.advance(DAY);
			await token();
		}

		const [, second] = vault.to(LOGIN);
		expect(vault.to(LOGIN)).toHaveLength(2);
		expect(second?.at).toBeLessThan(1_000_000 + 32 * DAY);
		expect(vault.calls.length).toBeLessThan(75);
		expect(log.lines.filter(({ level }) => level === "warn")).toEqual([]);
	});

	test.each([60, 3600])(
		"when its renewal is refused, said once and without a flood (TTL %i s)",
		async (ttl) => {
			const { clock, vault, token, log } = open({
				answer: issuing(ttl, (call) => {
					throw refusal(call, 403);
				}),
			});
			await token();

			for (let minute = 0; minute < 120; minute++) {
				await clock.advance(MINUTE);
				await token();
			}

			expect(vault.mostPerMinute).toBeLessThan(5);
			expect(vault.to(RENEW)).toHaveLength(2);
			expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
		},
	);
});

describe("with a renewal that fails", () => {
	test("the token is kept for as long as it lives, and renewed as soon as Vault can", async () => {
		let isBroken = true;
		const { clock, vault, token, start } = open({
			answer: issuing(7200, (call) => {
				if (isBroken) throw refusal(call, 500);
				return grantReply("same", { lease_duration: 7200 });
			}),
		});
		await token();

		await clock.advance(1.9 * HOUR);
		const failed = vault.to(RENEW).length;
		isBroken = false;
		await clock.advance(5 * MINUTE);

		expect(await token()).toBe("t1");
		expect(vault.to(LOGIN)).toHaveLength(1);
		expect(vault.to(RENEW)).toHaveLength(failed + 1);
		expect(failed).toBeLessThan(40);
		expect(vault.mostPerMinute).toBeLessThan(12);
		expect((vault.to(RENEW)[0]?.at ?? 0) - start).toBeLessThan(1.45 * HOUR);
	});

	test("a fresh login is tried once it has ended, with back-off, and seldom said", async () => {
		let isBroken = false;
		const { clock, vault, token, log } = open({
			answer: (call) => {
				if (isBroken) throw away(call);
				return grantReply("t", { lease_duration: 600 });
			},
		});
		await token();

		isBroken = true;
		await clock.advance(HOUR);

		await expect(token()).rejects.toMatchObject({ code: "E_VAULT_UNREACHABLE", remedy: "retry" });
		expect(vault.to(LOGIN).length).toBeGreaterThan(5);
		expect(vault.calls.length).toBeLessThan(60);
		const said = log.linesOf("login").filter(({ level }) => level === "warn");
		expect(said.length).toBeGreaterThan(2);
		expect(said.length).toBeLessThan(9);

		isBroken = false;
		await clock.advance(5 * MINUTE);
		expect(await token()).toBe("t");
	});

	test("Retry-After is kept to", async () => {
		const { clock, vault, token } = open({
			answer: issuing(3600, (call) => {
				throw refusal(call, 429, { words: "rate limit", retryAfterMs: 4 * MINUTE });
			}),
			random: () => 0,
		});
		await token();

		await clock.advance(0.99 * HOUR);

		const times = vault.to(RENEW).map(({ at }) => at);
		const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
		expect(gaps.length).toBeGreaterThan(3);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4 * MINUTE);
	});
});

describe("a login", () => {
	test("is made once for everybody who asks", async () => {
		const { vault, token } = open({ answer: issuing(3600) });

		const tokens = await Promise.all(Array.from({ length: 50 }, () => token()));

		expect(new Set(tokens)).toEqual(new Set(["t1"]));
		expect(vault.calls).toHaveLength(1);
	});

	test.each<[string, FakeAnswer, string]>([
		[
			"is refused",
			(call) => Promise.reject(refusal(call, 400, { words: "invalid secret id" })),
			"E_LOGIN_REFUSED",
		],
		["meets a Vault that is away", (call) => Promise.reject(away(call)), "E_VAULT_UNREACHABLE"],
	])(
		"that %s is tried again with growing pauses, however often somebody asks",
		async (_how, answer, code) => {
			const { clock, vault, token } = open({ answer });

			for (let second = 0; second < 3600; second += 5) {
				await expect(Promise.all([token(), token(), token()])).rejects.toMatchObject({ code });
				await clock.advance(5000);
			}

			const late = vault.calls.filter(({ at }) => at > 1_000_000 + 20 * MINUTE);
			expect(vault.mostPerMinute).toBeLessThan(12);
			expect(late.length).toBeLessThan(40);
			expect(late.length).toBeGreaterThan(5);
		},
	);

	test("waits as long as Retry-After says, and no longer than twice that", async () => {
		const { clock, vault, token } = open({
			answer: (call) => {
				throw refusal(call, 503, { words: "later", retryAfterMs: 90_000 });
			},
		});
		for (let second = 0; second < 89; second++) {
			await expect(token()).rejects.toThrow("later");
			await clock.advance(1000);
		}

		expect(vault.calls).toHaveLength(1);
		await clock.advance(92_000);
		await expect(token()).rejects.toThrow("later");
		expect(vault.calls).toHaveLength(2);
	});

	test("hides the new token, and the old one for as long as it lives", async () => {
		let issued = 0;
		const { clock, hidden, token, log, session, stop } = open({
			answer: () => grantReply(`t-canary-${++issued}`, { renewable: false }),
		});
		await token();
		expect([...hidden]).toEqual(["t-canary-1"]);

		await clock.advance(HOUR);
		await session.revokeReplaced(() => true, stop.signal);

		expect([...hidden]).toEqual(["t-canary-2"]);
		expect(JSON.stringify(log.lines)).not.toContain("canary");
		expect(log.of("login")[0]).toBe("approle ok, ttl 1h, policies reader");
	});

	test("without a token in its answer is refused with what to look for", async () => {
		const { token } = open({ answer: () => reply() });

		await expect(token()).rejects.toMatchObject({ code: "E_LOGIN_EMPTY", exitCode: 3 });
	});
});

describe("a token that is already there", () => {
	const given = (vault: FakeVault) =>
		tokenMethod(
			{ token: { kind: "value", value: new Secret("hvs.given\n") } },
			{
				client: vault,
				files: { readFile: () => Promise.reject(new Error("none")), unlink: () => Promise.resolve() },
				onCredential: () => {},
			},
		);

	test("is looked up a few times until its end, which nothing can put off", async () => {
		const end = 1_000_000 + 10 * HOUR;
		const clockNow = () => clock.now();
		const { clock, vault, token } = open({
			method: given,
			answer: (call) => {
				const left = end - clockNow();
				if (left <= 0) throw refusal(call, 403);
				const ttl = Math.floor(left / 1000);
				return reply({ data: { ttl, expire_time: "2026-11-21T12:00:00Z", renewable: false } });
			},
		});
		expect(await token()).toBe("hvs.given");

		await clock.advance(10 * HOUR);
		expect(vault.calls.length).toBeLessThan(25);
		expect(vault.mostPerMinute).toBeLessThan(12);

		await clock.advance(HOUR);
		await expect(token()).rejects.toMatchObject({ code: "E_LOGIN_REFUSED", exitCode: 3 });
		expect(vault.mostPerMinute).toBeLessThan(20);
		expect(vault.calls.length).toBeLessThan(80);
	});

	test("without an end is looked up once", async () => {
		const { clock, vault, token } = open({
			method: given,
			answer: () => reply({ data: { ttl: 0, expire_time: null, renewable: false } }),
		});
		await token();

		await clock.advance(30 * DAY);

		expect(vault.calls).toHaveLength(1);
	});
});

describe("isDead()", () => {
	const READ = { method: "GET", path: "secret/data/x" } as const;
	const denied: AgentError = refusal(READ, 403);
	const invalid: AgentError = refusal(READ, 403, { words: "permission denied; invalid token" });

	test("asks once for all who were refused side by side; then there is one fresh login", async () => {
		const { session, stop, vault, log } = open({
			answer: issuing(3600, (call) => {
				throw refusal(call, 403);
			}),
		});
		const held = await session.token(stop.signal);

		const verdicts = await Promise.all(
			Array.from({ length: 20 }, async () => {
				const isDead = await session.isDead(held, denied, stop.signal);
				return [isDead, (await session.token(stop.signal)).reveal()];
			}),
		);

		expect(verdicts).toEqual(Array.from({ length: 20 }, () => [true, "t2"]));
		expect(vault.calls.map(({ path }) => path)).toEqual([LOGIN, LOOKUP, LOGIN]);
		expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
	});

	test("leaves a living token in place, and asks at most once a minute", async () => {
		const { session, stop, clock, vault, start } = open({ answer: issuing(360_000, () => reply()) });
		const held = await session.token(stop.signal);

		while (clock.now() < start + HOUR) {
			expect(await session.isDead(held, denied, stop.signal)).toBe(false);
			await clock.advance(3100);
		}

		expect(vault.to(LOOKUP).length).toBeLessThanOrEqual(60);
		expect(vault.to(LOGIN)).toHaveLength(1);
	});

	test("says of a replaced token that another try is worth it, without asking", async () => {
		const { session, stop, vault } = open({ answer: issuing(3600) });
		await session.token(stop.signal);

		expect(await session.isDead(new Secret("an older one"), denied, stop.signal)).toBe(true);
		expect(vault.calls).toHaveLength(1);
	});

	test("takes Vault's word that the token is invalid", async () => {
		const { session, stop, vault } = open({ answer: issuing(3600, () => reply()) });
		const held = await session.token(stop.signal);

		expect(await session.isDead(held, invalid, stop.signal)).toBe(true);
		expect(await session.token(stop.signal)).not.toBe(held);
		expect(vault.calls.map(({ path }) => path)).toEqual([LOGIN, LOGIN]);
	});

	test.each([
		["every token is called invalid", invalid],
		["a token may not look itself up", denied],
	])("does not flood Vault with logins where %s", async (_where, error) => {
		const { session, stop, clock, vault, start } = open({
			answer: issuing(360_000, (call) => {
				throw refusal(call, 403);
			}),
		});

		while (clock.now() < start + HOUR) {
			const held = await session.token(stop.signal);
			await session.isDead(held, error, stop.signal);
			await clock.advance(2900);
		}

		expect(vault.mostPerMinute).toBeLessThan(6);
		expect(vault.to(LOGIN).length).toBeLessThan(error === denied ? 10 : 80);
	});

	test("asks again as soon as it may when the token before has helped, however often tokens are revoked", async () => {
		const { session, stop, clock, vault } = open({
			answer: issuing(360_000, (call) => {
				throw refusal(call, 403);
			}),
		});

		for (let minute = 0; minute < 60; minute++) {
			const held = await session.token(stop.signal);
			expect(await session.isDead(held, denied, stop.signal)).toBe(true);
			await session.token(stop.signal);
			session.accepted();
			await clock.advance(MINUTE);
		}

		expect(vault.to(LOGIN)).toHaveLength(61);
	});

	test("says of a token that is refused from the start what it was given and by whom, and that it may yet come", async () => {
		const { session, stop, clock, log } = open({
			answer: issuing(360_000, (call) => {
				throw refusal(call, 403);
			}),
		});
		const first = await session.token(stop.signal);
		expect(session.isUnproven(first)).toBe(false);

		await session.isDead(first, denied, stop.signal);
		const second = await session.token(stop.signal);
		expect(log.linesOf("login")[1]).toMatchObject({
			msg: "Vault refuses the token of 0 ms ago; logging in again",
			accessor: "acc",
			policies: ["reader"],
			address: "https://vault.test:8200",
		});
		expect([first, second].map((token) => session.isUnproven(token))).toEqual([false, true]);
		await clock.advance(10_000);
		expect(session.isUnproven(second)).toBe(false);
	});

	test("a token that was accepted is no longer in doubt", async () => {
		const { session, stop } = open({
			answer: issuing(360_000, (call) => {
				throw refusal(call, 403);
			}),
		});
		await session.isDead(await session.token(stop.signal), denied, stop.signal);
		const next = await session.token(stop.signal);

		session.accepted();

		expect(session.isUnproven(next)).toBe(false);
	});

	test("keeps a token whose look-up failed for another reason", async () => {
		const { session, stop } = open({
			answer: issuing(3600, (call) => {
				throw refusal(call, 500);
			}),
		});
		const held = await session.token(stop.signal);

		expect(await session.isDead(held, denied, stop.signal)).toBe(false);
		expect(await session.token(stop.signal)).toBe(held);
	});

	test("forgets a dead token for good: it is neither used nor renewed while the login fails", async () => {
		let isRefused = false;
		const { session, stop, clock, vault, token } = open({
			answer: (call) => {
				if (isRefused) throw refusal(call, call.path === LOGIN ? 400 : 403);
				return grantReply("t1", { lease_duration: 3600 });
			},
		});
		const held = await session.token(stop.signal);
		isRefused = true;
		await session.isDead(held, denied, stop.signal);

		for (let minute = 0; minute < 120; minute++) {
			await expect(token()).rejects.toMatchObject({ code: "E_LOGIN_REFUSED" });
			await clock.advance(MINUTE);
		}

		expect(vault.to(RENEW)).toEqual([]);
	});
});

test("keepAlive() ends with the abort, whatever it is doing", async () => {
	for (const wait of [0, HOUR, 3 * HOUR]) {
		const { clock, stop, kept, token } = open({
			answer: issuing(7200, (call) => {
				throw away(call);
			}),
		});
		await token();
		await clock.advance(wait);

		stop.abort(new Error("the end"));

		await expect(kept).resolves.toBeUndefined();
	}
});
