import { describe, expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeCredentialFiles } from "../../test/support/fake-credential-files.ts";
import { away, type FakeAnswer, FakeVault, grantReply, refusal } from "../../test/support/fake-vault.ts";
import { unsignedJwt } from "../../test/support/jwt.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { type JwtOptions, jwtMethod } from "./jwt.ts";
import { TokenSession } from "./mod.ts";

const FILE = "/run/ci/jwt";
const NOW = Date.parse("2026-11-21T12:00:00Z");
const MINUTE = 60_000;
const signal = new AbortController().signal;

const CLAIMS = { sub: "project:llm/gateway", aud: "vault", exp: (NOW + 5 * MINUTE) / 1000 };
const GOOD = unsignedJwt(CLAIMS);
const NEXT = unsignedJwt({ ...CLAIMS, exp: (NOW + 60 * MINUTE) / 1000 });

function open(over: Partial<JwtOptions> = {}, answer: FakeAnswer = () => grantReply("t1")) {
	const files = new FakeCredentialFiles({ [FILE]: `${GOOD}\n` });
	const clock = new FakeClock(NOW);
	const vault = new FakeVault(clock, answer);
	const log = new RecordingLog();
	const method = jwtMethod(
		{ mountPath: "auth/jwt", role: "ci", path: FILE, removeJwtFile: true, ...over },
		{ client: vault, files, clock, log, hide: () => () => {} },
	);
	const shown = () => vault.calls.map(({ body }) => body?.["jwt"]);
	return { files, clock, vault, log, method, shown, login: () => method.login(signal) };
}

describe("a login with a JWT", () => {
	test("shows what is in the file, in the login's namespace, and removes the file", async () => {
		const { files, vault, method, log, login } = open({ namespace: "admin" });

		await login();

		expect(method.namespace).toBe("admin");
		expect(vault.calls).toMatchObject([
			{ method: "POST", path: "auth/jwt/login", body: { role: "ci", jwt: GOOD }, namespace: "admin" },
		]);
		expect([[...files.texts.keys()], log.lines]).toEqual([[], []]);
	});

	test("leaves the file for the next start until Vault has answered, be it with a refusal", async () => {
		let isAway = true;
		const { files, login } = open({}, (call) => {
			throw isAway ? away(call) : refusal(call, 400);
		});

		await login().catch(() => {});
		const whileAway = [...files.texts.keys()];
		isAway = false;
		await login().catch(() => {});

		expect([whileAway, [...files.texts.keys()]]).toEqual([[FILE], []]);
	});

	test("keeps the file where that is configured", async () => {
		const { files, login } = open({ removeJwtFile: false });

		await login();

		expect(files.texts.get(FILE)).toBe(`${GOOD}\n`);
	});

	test.each([
		["the link", false, [[], ["/mnt/jwt"]]],
		["what the link leads to, where that is asked for", true, [[FILE], []]],
	])("removes %s", async (_, removeFollowsLinks, left) => {
		const { files, login } = open({ removeFollowsLinks });
		files.texts.clear();
		files.texts.set("/mnt/jwt", GOOD);
		files.links.set(FILE, "/mnt/jwt");

		await login();

		expect([[...files.links.keys()], [...files.texts.keys()]]).toEqual(left);
	});

	test("warns of a file that cannot be removed, and goes on", async () => {
		const { files, log, login } = open();
		files.isReadOnly = true;

		await login();

		expect(log.lines).toMatchObject([{ level: "warn", event: "login", path: FILE }]);
		expect(log.lines[0]?.msg).toContain("remove_jwt_after_reading: false");
	});

	test("goes on with a JWT whose file is gone until it ends, and not a moment longer", async () => {
		const { clock, vault, login } = open();
		await login();

		await clock.advance(5 * MINUTE - 1);
		await login();
		await clock.advance(1);

		await expect(login()).rejects.toMatchObject({
			message: `cannot read the JWT from ${FILE} (ENOENT)`,
			code: "E_CREDENTIAL_FILE",
			exitCode: 3,
		});
		expect(vault.calls).toHaveLength(2);
	});

	test("goes on with one that names no end", async () => {
		const { files, clock, shown, login } = open();
		const endless = unsignedJwt({ sub: "a" });
		files.texts.set(FILE, endless);
		await login();

		await clock.advance(10_000 * MINUTE);
		await login();

		expect(shown()).toEqual([endless, endless]);
	});

	test("takes a new one that is put there", async () => {
		const { files, method, shown, login } = open();
		await login();
		const before = await method.hasNewCredential();

		files.texts.set(FILE, NEXT);
		const after = await method.hasNewCredential();
		await login();

		expect([before, after]).toEqual([false, true]);
		expect(shown()).toEqual([GOOD, NEXT]);
		expect([method.credentialFiles, method.isTokenItself]).toEqual([[FILE], false]);
	});
});

describe("a JWT that is looked for every minute", () => {
	function openLooking() {
		const bench = open({ readPeriodMs: MINUTE, removeJwtFile: false }, () => grantReply("t1"));
		const { method, vault, clock, log } = bench;
		const session = new TokenSession({
			method,
			client: vault,
			clock,
			random: () => 1,
			backoff: { minMs: 1000, maxMs: 5 * MINUTE },
			log,
			hide: () => () => undefined,
		});
		const stop = new AbortController();
		let wakes = 0;
		const kept = session.keepAlive(stop.signal, () => wakes++);
		onTestFinished(async () => {
			stop.abort(new Error("the test is over"));
			await kept;
		});
		return { ...bench, session, wakes: () => wakes };
	}

	test("is logged in with as soon as it is another, though the token is good for an hour", async () => {
		const { session, files, clock, shown } = openLooking();
		await session.token(signal);
		await clock.advance(3 * MINUTE);
		const before = shown();

		files.texts.set(FILE, NEXT);
		await clock.advance(MINUTE);

		expect([before, shown()]).toEqual([[GOOD], [GOOD, NEXT]]);
	});

	test("that is no good leaves the token in use, and is not shown again", async () => {
		const { session, files, clock, vault, log } = openLooking();
		await session.token(signal);
		vault.answer = (call) => {
			throw refusal(call, 400);
		};

		files.texts.set(FILE, NEXT);
		await clock.advance(5 * MINUTE);

		expect(vault.to("auth/jwt/login")).toHaveLength(2);
		expect((await session.token(signal)).reveal()).toBe("t1");
		expect(log.of("login").at(-1)).toMatch(/^the new credential is of no use: .*; the token before it/);
	});

	test("wakes who waits for a login when it comes after one that was refused", async () => {
		const { session, files, clock, vault, wakes } = openLooking();
		vault.answer = (call) => {
			throw refusal(call, 400);
		};
		await session.token(signal).catch(() => undefined);
		await clock.advance(2 * MINUTE);
		const before = wakes();

		files.texts.set(FILE, NEXT);
		await clock.advance(MINUTE);

		expect([before, wakes()]).toEqual([0, 1]);
	});
});

describe("a refused login with a JWT", () => {
	const compare =
		"compare the JWT with what the role asks for: bound_subject, bound_claims, bound_audiences, token_bound_cidrs";

	test.each([
		[403, "permission denied", "check that a JWT mount is at auth/jwt (auto_auth.mount_path)"],
		[
			404,
			'no handler for route "auth/jwt/login"',
			"check that a JWT mount is at auth/jwt (auto_auth.mount_path)",
		],
		[
			400,
			"could not load configuration",
			"check that auth/jwt/config in Vault names the issuer of this JWT and its keys",
		],
		[
			400,
			'role "ci" could not be found',
			"name a role of auth/jwt in auto_auth.config.role, or make auth/jwt/role/ci in Vault",
		],
		[
			400,
			"error validating token: invalid audience (aud) claim: audience claim does not match any expected audience",
			"ask the issuer for a JWT for one of the role's bound_audiences, or add the JWT's aud to them",
		],
		[
			400,
			"error validating token: invalid not before (nbf) claim: token not yet valid",
			"set the clocks right: to Vault, this JWT comes from the future",
		],
		[
			400,
			"error validating token: invalid expiration time (exp) claim: token is expired",
			`put a new JWT into ${FILE}`,
		],
		[
			400,
			"error validating token: invalid issuer (iss) claim",
			"check that auth/jwt/config in Vault names the issuer of this JWT and its keys",
		],
		[
			400,
			"error validating token: error verifying token signature: no known key successfully validated the token signature",
			"check that auth/jwt/config in Vault names the issuer of this JWT and its keys",
		],
		[
			400,
			"error validating token: no issued at (iat), not before (nbf), or expiration time (exp) claims in token",
			"ask the issuer for a JWT that says when it ends: a claim exp",
		],
		[400, "error validating token: invalid subject (sub) claim", compare],
		[400, 'error validating claims: claim "env" does not match any associated bound claim values', compare],
	])("with %i %s says what was shown and what to do", async (status, words, advice) => {
		const { login } = open({}, (call) => {
			throw refusal(call, status, { words });
		});

		await expect(login()).rejects.toMatchObject({
			message: `Vault refused the login: ${words} (${status})`,
			code: "E_LOGIN_REFUSED",
			exitCode: 3,
			remedy: "give-up",
			facts: { method: "jwt" },
			rows: {
				at: 'https://vault.test:8200  auth/jwt  role "ci"',
				jwt: "sub project:llm/gateway  aud vault  expires in 5m",
				do: advice,
			},
		});
	});

	test.each([
		["text of another kind", "planted", `put a JWT into ${FILE} (auto_auth.config.path)`],
		["an expired one", unsignedJwt({ exp: NOW / 1000 - 60 }), `put a new JWT into ${FILE}`],
	])("for %s says so, whatever Vault says", async (_what, text, advice) => {
		const { files, login } = open({}, (call) => {
			throw refusal(call, 400, { words: "error validating token" });
		});
		files.texts.set(FILE, text);

		await expect(login()).rejects.toMatchObject({ rows: { do: advice } });
	});
});
