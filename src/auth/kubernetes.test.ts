import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeCredentialFiles } from "../../test/support/fake-credential-files.ts";
import { type FakeAnswer, FakeVault, grantReply, refusal } from "../../test/support/fake-vault.ts";
import { unsignedJwt } from "../../test/support/jwt.ts";
import { kubernetesMethod } from "./mod.ts";

const TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const NOW = Date.parse("2026-11-21T12:00:00Z");
const MINUTE = 60_000;
const signal = new AbortController().signal;

const CLAIMS = {
	sub: "system:serviceaccount:ai:default",
	aud: ["https://kubernetes.default.svc"],
	exp: (NOW + 58 * MINUTE) / 1000,
};
const GOOD = unsignedJwt(CLAIMS);
const EXPIRED = unsignedJwt({ ...CLAIMS, exp: (NOW - 3 * MINUTE) / 1000 });

function open(answer: FakeAnswer = () => grantReply("t1"), namespace?: string) {
	const files = new FakeCredentialFiles({ [TOKEN]: `${GOOD}\n` });
	const clock = new FakeClock(NOW);
	const vault = new FakeVault(clock, answer);
	const hidden = new Set<string>();
	const hide = (jwt: { reveal(): string }) => {
		hidden.add(jwt.reveal());
		return () => void hidden.delete(jwt.reveal());
	};
	const method = kubernetesMethod(
		{
			mountPath: "auth/kubernetes",
			role: "agentgateway",
			tokenPath: TOKEN,
			...(namespace !== undefined && { namespace }),
		},
		{ client: vault, files, clock, hide },
	);
	return { files, vault, hidden, method, login: () => method.login(signal) };
}

const refusing =
	(status: number, words: string): FakeAnswer =>
	(call) => {
		throw refusal(call, status, { words });
	};

describe("a login with a service account", () => {
	test("shows the token in the file, and names the role", async () => {
		const { vault, login } = open();

		const grant = await login();

		expect(vault.calls).toMatchObject([
			{ method: "POST", path: "auth/kubernetes/login", body: { role: "agentgateway", jwt: GOOD } },
		]);
		expect(vault.calls[0]).not.toHaveProperty("token");
		expect(grant).toMatchObject({ accessor: "acc", ttlMs: 3_600_000, renewable: true });
	});

	test("is made in its own namespace", async () => {
		const { vault, method, login } = open(undefined, "admin");

		await login();

		expect(method.namespace).toBe("admin");
		expect(vault.calls).toMatchObject([{ path: "auth/kubernetes/login", namespace: "admin" }]);
	});

	test("reads the file anew each time, and shows nothing older", async () => {
		const { files, vault, login } = open();
		await login();

		files.texts.set(TOKEN, EXPIRED);
		await login();
		files.texts.delete(TOKEN);

		await expect(login()).rejects.toMatchObject({
			message: `cannot read the service account token from ${TOKEN} (ENOENT)`,
			code: "E_CREDENTIAL_FILE",
			exitCode: 3,
			rows: { do: expect.stringContaining("token_path") as string },
		});
		expect(vault.calls.map(({ body }) => body?.["jwt"])).toEqual([GOOD, EXPIRED]);
	});

	test("hides a token before it is sent, until the next one is", async () => {
		const { files, hidden, login } = open(refusing(403, "permission denied"));

		await login().catch(() => {});
		const first = [...hidden];
		files.texts.set(TOKEN, EXPIRED);
		await login().catch(() => {});

		expect([first, [...hidden]]).toEqual([[GOOD], [EXPIRED]]);
	});

	test("has news when the kubelet has renewed the token, which the token of Vault outlives", async () => {
		const { files, method, login } = open();
		await login();
		const before = await method.hasNewCredential();

		files.texts.set(TOKEN, EXPIRED);

		expect([before, await method.hasNewCredential()]).toEqual([false, true]);
		expect([method.credentialFiles, method.isTokenItself]).toEqual([[TOKEN], false]);
	});
});

describe("a refused login with a service account", () => {
	const jwt = "sub system:serviceaccount:ai:default  aud https://kubernetes.default.svc";
	const unknown =
		"check that auth/kubernetes is a Kubernetes mount (auto_auth.mount_path), that it asks the cluster of this pod, and that the role's audience is the token's aud";

	test("says to whom and with which claims, and never the token", async () => {
		const { login } = open(refusing(403, "service account name not authorized"));

		const error: unknown = await login().catch((reason: unknown) => reason);

		expect(error).toMatchObject({
			message: "Vault refused the login: service account name not authorized (403)",
			code: "E_LOGIN_REFUSED",
			exitCode: 3,
			remedy: "give-up",
			facts: { method: "kubernetes", status: 403 },
			rows: {
				at: 'https://vault.test:8200  auth/kubernetes  role "agentgateway"',
				jwt: `${jwt}  expires in 58m`,
				do: "bind the role to ai/default, or run the pod as another service account",
			},
		});
		expect(JSON.stringify(error)).not.toContain(GOOD.split(".")[1]);
	});

	test.each([
		[
			400,
			'invalid role name "agentgateway"',
			"name a role of auth/kubernetes in auto_auth.config.role, or make auth/kubernetes/role/agentgateway in Vault",
		],
		[403, "namespace not authorized", "bind the role to namespace ai, or run the pod in another namespace"],
		[403, "permission denied", unknown],
		[400, "missing jwt", `put a service account's token into ${TOKEN} (auto_auth.config.token_path)`],
		[
			403,
			"invalid not before (nbf) claim: token not yet valid",
			"set the clocks right: to Vault, this token comes from the future",
		],
		[
			403,
			"invalid audience (aud) claim: audience claim does not match any expected audience",
			"project a token for the audience that the role asks for, or set the role's audience to the token's aud",
		],
	])("with %i %s says what to do", async (status, words, advice) => {
		const { login } = open(refusing(status, words));

		await expect(login()).rejects.toMatchObject({
			message: `Vault refused the login: ${words} (${status})`,
			exitCode: 3,
			rows: { jwt: `${jwt}  expires in 58m`, do: advice },
		});
	});

	test.each([
		{
			what: "a token that has expired",
			text: EXPIRED,
			claims: `${jwt}  expired 3m ago`,
			advice: `find out why ${TOKEN} is no longer renewed by the kubelet, or set the clock right`,
		},
		{
			what: "what is no token",
			text: "hvs.planted",
			claims: "not a JWT: it has no claims that can be read",
			advice: `put a service account's token into ${TOKEN} (auto_auth.config.token_path)`,
		},
		{
			what: "a token of something else",
			text: unsignedJwt({ sub: "alice" }),
			claims: "sub alice  no aud  no exp",
			advice: unknown,
		},
	])("for $what sees that", async ({ text, claims, advice }) => {
		const { files, login } = open(refusing(403, "permission denied"));
		files.texts.set(TOKEN, text);

		await expect(login()).rejects.toMatchObject({ rows: { jwt: claims, do: advice } });
	});

	test.each([429, 500, 503])("for now (%i) can be tried again", async (status) => {
		const { login } = open(refusing(status, "try later"));

		await expect(login()).rejects.toMatchObject({ remedy: "retry", exitCode: 5 });
	});
});
