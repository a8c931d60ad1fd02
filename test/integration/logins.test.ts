import { describe, expect, onTestFinished, test } from "vitest";
import { approleMethod, type AuthMethod, jwtMethod, kubernetesMethod } from "../../src/auth/mod.ts";
import { Secret, systemClock } from "../../src/kernel/mod.ts";
import { NodeVaultClient } from "../../src/vault/mod.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeCredentialFiles } from "../support/fake-credential-files.ts";
import { JwtIssuer } from "../support/jwt.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { GATEWAY_ACCOUNT, openVault, type Vault } from "../support/vault.ts";

const FILE = "/run/credential";
const SECRET_ID_PATH = "auth/approle/role/gateway/secret-id";
const signal = new AbortController().signal;

/** What every method is made of, with this credential in its file. */
function partsFor(vault: Vault, credential: string, namespace?: string) {
	const client = new NodeVaultClient({
		addresses: [vault.address],
		timeoutMs: 5000,
		tls: { rejectUnauthorized: true },
		...(namespace !== undefined && { namespace }),
	});
	onTestFinished(() => client.close());
	const files = new FakeCredentialFiles({ [FILE]: credential });
	const log = new RecordingLog();
	return { client, files, log, clock: systemClock, hide: () => () => {}, onCredential: () => {} };
}

/** The rows and the message of a login that Vault refuses. */
async function refusalOf(method: AuthMethod) {
	const error: unknown = await method.login(signal).catch((reason: unknown) => reason);
	expect(error).toMatchObject({ exitCode: 3, remedy: "give-up" });
	return error as { message: string; code: string; rows: Record<string, string> };
}

describe("a service account", () => {
	async function cluster() {
		const vault = await openVault();
		await vault.mountKubernetes();
		return vault;
	}

	const methodFor = (vault: Vault, token: string, role = "gateway") =>
		kubernetesMethod({ mountPath: "auth/kubernetes", role, tokenPath: FILE }, partsFor(vault, token));

	test("logs in", async () => {
		const vault = await cluster();

		const grant = await methodFor(vault, vault.server.issueServiceAccountToken(GATEWAY_ACCOUNT)).login(
			signal,
		);

		expect(grant.policies).toEqual(["default", "reader"]);
	});

	test("logs in where its mount is, when that is not the namespace of the secrets", async () => {
		const vault = await openVault();
		for (const name of ["admin", "team"]) await vault.send("POST", `sys/namespaces/${name}`);
		await vault.mountKubernetes("admin");
		const parts = partsFor(vault, vault.server.issueServiceAccountToken(GATEWAY_ACCOUNT), "team");
		const options = { mountPath: "auth/kubernetes", role: "gateway", tokenPath: FILE };

		const grant = await kubernetesMethod({ ...options, namespace: "admin" }, parts).login(signal);
		const elsewhere = await refusalOf(kubernetesMethod(options, parts));

		expect(grant.policies).toEqual(["default", "reader"]);
		expect(elsewhere.message).toBe("Vault refused the login: permission denied (403)");
	});

	test.each([
		{
			of: { ...GATEWAY_ACCOUNT, serviceAccount: "default" },
			message: "service account name not authorized (403)",
			jwt: "sub system:serviceaccount:ai:default  aud vault",
			advice: "bind the role to ai/default",
		},
		{
			of: { ...GATEWAY_ACCOUNT, namespace: "web" },
			message: "namespace not authorized (403)",
			jwt: "sub system:serviceaccount:web:gateway  aud vault",
			advice: "bind the role to namespace web",
		},
		{
			of: { ...GATEWAY_ACCOUNT, audience: "another" },
			message: "invalid audience (aud) claim: audience claim does not match any expected audience (403)",
			jwt: "sub system:serviceaccount:ai:gateway  aud another",
			advice: "project a token for the audience",
		},
		{
			of: { ...GATEWAY_ACCOUNT, ttlSeconds: -30 },
			message: "permission denied (403)",
			jwt: "sub system:serviceaccount:ai:gateway  aud vault  expired 3",
			advice: "is no longer renewed by the kubelet",
		},
		{
			of: { ...GATEWAY_ACCOUNT, ttlSeconds: -300 },
			message: "invalid expiration time (exp) claim: token is expired (403)",
			jwt: "sub system:serviceaccount:ai:gateway  aud vault  expired 5m",
			advice: "is no longer renewed by the kubelet",
		},
	])("is refused with $message", async ({ of, message, jwt, advice }) => {
		const vault = await cluster();

		const refusal = await refusalOf(methodFor(vault, vault.server.issueServiceAccountToken(of)));

		expect(refusal.message).toBe(`Vault refused the login: ${message}`);
		expect(refusal.rows["jwt"]).toContain(jwt);
		expect(refusal.rows["do"]).toContain(advice);
	});

	test("is refused for a role that is not there", async () => {
		const vault = await cluster();

		const refusal = await refusalOf(
			methodFor(vault, vault.server.issueServiceAccountToken(GATEWAY_ACCOUNT), "nope"),
		);

		expect(refusal.message).toBe('Vault refused the login: invalid role name "nope" (400)');
		expect(refusal.rows["do"]).toContain("auto_auth.config.role");
	});

	test("of another cluster is refused", async () => {
		const [vault, other] = [await cluster(), await openVault()];

		const refusal = await refusalOf(methodFor(vault, other.server.issueServiceAccountToken(GATEWAY_ACCOUNT)));

		expect(refusal.message).toBe("Vault refused the login: permission denied (403)");
		expect(refusal.rows["do"]).toContain("it asks the cluster of this pod");
	});
});

describe("a JWT", () => {
	async function trusting(issuer: JwtIssuer) {
		const vault = await openVault();
		await vault.mountJwt(issuer.publicKey, { bound_claims: { env: "prod" } });
		return vault;
	}

	const methodFor = (vault: Vault, jwt: string) =>
		jwtMethod({ mountPath: "auth/jwt", role: "ci", path: FILE, removeJwtFile: true }, partsFor(vault, jwt));
	const GOOD = { sub: "gateway", aud: "vault", env: "prod" };

	test("logs in", async () => {
		const issuer = new JwtIssuer();
		const vault = await trusting(issuer);

		const grant = await methodFor(vault, issuer.issue(GOOD)).login(signal);

		expect(grant.policies).toEqual(["default", "reader"]);
	});

	test.each([
		{
			what: "for another audience",
			claims: { aud: ["a", "b"] },
			jwt: "aud a, b  ",
			advice: "bound_audiences",
		},
		{ what: "that has expired", claims: { exp: 1_700_000_000 }, jwt: "  expired ", advice: "put a new JWT" },
		{
			what: "of other claims",
			claims: { env: "dev" },
			jwt: "sub gateway  aud vault  expires in",
			advice: "bound_claims",
		},
	])("$what is refused", async ({ claims, jwt, advice }) => {
		const issuer = new JwtIssuer();
		const vault = await trusting(issuer);

		const refusal = await refusalOf(methodFor(vault, issuer.issue({ ...GOOD, ...claims })));

		expect(refusal.code).toBe("E_LOGIN_REFUSED");
		expect(refusal.rows["jwt"]).toContain(jwt);
		expect(refusal.rows["do"]).toContain(advice);
	});

	test("of another issuer is refused", async () => {
		const vault = await trusting(new JwtIssuer());

		const refusal = await refusalOf(methodFor(vault, new JwtIssuer().issue(GOOD)));

		expect(refusal.message).toContain("no known key successfully validated the token signature (400)");
		expect(refusal.rows["do"]).toContain("auth/jwt/config");
	});
});

describe("a wrapped secret id", () => {
	const methodFor = (vault: Vault, token: string) =>
		approleMethod(
			{
				mountPath: "auth/approle",
				roleId: { kind: "value", value: new Secret(vault.roleId) },
				secretId: { kind: "file", path: FILE },
				wrappingPath: SECRET_ID_PATH,
				removeSecretIdFile: true,
			},
			partsFor(vault, token),
		);

	test("is unwrapped once and serves for every login", async () => {
		const vault = await openVault();
		const method = methodFor(vault, await vault.wrap(SECRET_ID_PATH));

		const grants = [await method.login(signal), await method.login(signal)];

		expect(grants.map(({ policies }) => policies)).toEqual([
			["default", "reader"],
			["default", "reader"],
		]);
		expect([vault.count("sys/wrapping/lookup"), vault.count("sys/wrapping/unwrap")]).toEqual([1, 1]);
	});

	test("that somebody else has unwrapped is named as stolen, and nobody is logged in", async () => {
		const vault = await openVault();
		const token = await vault.wrap(SECRET_ID_PATH);
		await methodFor(vault, token).login(signal);

		const refusal = await refusalOf(methodFor(vault, token));

		expect(refusal.code).toBe("E_WRAPPING_TOKEN");
		expect(refusal.message).toContain("it was used before, has expired or never was (400)");
		expect(refusal.rows["at"]).toContain("POST sys/wrapping/lookup");
		expect(vault.count("auth/approle/login")).toBe(1);
	});

	test("that has waited too long is named as stolen as well", async () => {
		const clock = new FakeClock(Date.now());
		const vault = await openVault({ clock });
		const token = await vault.wrap(SECRET_ID_PATH);
		await clock.advance(61_000);

		const refusal = await refusalOf(methodFor(vault, token));

		expect(refusal.code).toBe("E_WRAPPING_TOKEN");
	});

	test("of another role is left closed", async () => {
		const vault = await openVault();
		await vault.send("POST", "auth/approle/role/other", {});

		const refusal = await refusalOf(methodFor(vault, await vault.wrap("auth/approle/role/other/secret-id")));

		expect(refusal.code).toBe("E_WRAPPING_PATH");
		expect(refusal.rows["has"]).toContain("auth/approle/role/other/secret-id");
		expect(vault.count("sys/wrapping/unwrap")).toBe(0);
	});
});
