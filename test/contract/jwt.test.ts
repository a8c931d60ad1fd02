import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JwtIssuer } from "../support/jwt.ts";
import { callApi } from "./client.ts";
import { Stage } from "./stage.ts";
import { targetKinds } from "./target.ts";

const signer = new JwtIssuer();
const stranger = new JwtIssuer();

// Nobody recorded it, but every server that takes JWTs has to agree on it.
describe.each(targetKinds())("$name takes JWTs as Vault does", ({ open }) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open(open);
		const mounts = (await stage.root("GET sys/auth")) as { data: Record<string, unknown> };
		if ("jwt/" in mounts.data) await stage.root("DELETE sys/auth/jwt");
		await stage.root("POST sys/auth/jwt", { type: "jwt" });
		await stage.root("POST auth/jwt/config", {
			jwt_validation_pubkeys: signer.publicKey,
			bound_issuer: "https://ci.example",
			default_role: "app",
		});
		await stage.root("POST auth/jwt/role/app", {
			role_type: "jwt",
			user_claim: "sub",
			bound_audiences: "vault,bao",
			bound_claims: { env: ["prod", "dev"], "/build/number": 7 },
			claim_mappings: { "/build/branch": "branch" },
			token_policies: "reader",
			token_ttl: "1h",
		});
		await stage.root("POST auth/jwt/role/subject", {
			role_type: "jwt",
			user_claim: "sub",
			bound_subject: "me",
			bound_claims_type: "glob",
			bound_claims: { env: "pro*" },
		});
	});
	afterAll(() => stage.close());

	const now = () => Math.floor(stage.target.clock.now() / 1000);
	const claims = () => ({
		iss: "https://ci.example",
		sub: "me",
		aud: ["vault"],
		iat: now(),
		exp: now() + 300,
		env: "prod",
		build: { number: 7, branch: "main" },
	});
	const root = (request: string, body?: unknown) => {
		const [method = "", path = ""] = request.split(" ");
		const token = stage.target.rootToken;
		return callApi(stage.target.address, { method, path: `/v1/auth/jwt/${path}`, token, body });
	};
	const login = (body: { jwt?: string; role?: string }) =>
		callApi(stage.target.address, { method: "POST", path: "/v1/auth/jwt/login", token: "", body });

	test("the default role logs in whom the claims name", async () => {
		const answer = await login({ jwt: signer.sign(claims()) });

		expect(answer.body).toMatchObject({
			auth: {
				policies: ["default", "reader"],
				lease_duration: 3600,
				orphan: true,
				metadata: { role: "app", branch: "main" },
			},
		});
	});

	test("one audience may stand without a list, and a pattern may bind a claim", async () => {
		const single = await login({ jwt: signer.sign({ ...claims(), aud: "bao" }) });
		const { aud: _, ...none } = claims();
		const glob = await login({ jwt: signer.sign({ ...none, env: "production" }), role: "subject" });

		expect([single.status, glob.status]).toEqual([200, 200]);
	});

	const invalid = (what: string) => `error validating token: ${what}`;
	const badSignature = (what: string) => invalid(`error verifying token signature: ${what}`);

	test.each([
		["another issuer", { iss: "https://other" }, invalid("invalid issuer (iss) claim")],
		[
			"another audience",
			{ aud: ["else"] },
			invalid("invalid audience (aud) claim: audience claim does not match any expected audience"),
		],
		["an end that has been", { exp: -300 }, invalid("invalid expiration time (exp) claim: token is expired")],
		["a start to come", { nbf: 300 }, invalid("invalid not before (nbf) claim: token not yet valid")],
		[
			"an issue to come",
			{ nbf: -1, iat: 200 },
			invalid("invalid issued at (iat) claim: token issued in the future"),
		],
		["no user", { sub: undefined }, 'claim "sub" not found in token'],
		["a claim with another value", { env: "test" }, otherValue("env")],
		["a claim that is missing", { env: undefined }, 'error validating claims: claim "env" is missing'],
		["another value within a claim", { build: { number: 8 } }, otherValue("/build/number")],
	])("%s is refused", async (_what, over, words) => {
		const absolute = Object.entries(over).map(([key, value]): [string, unknown] => [
			key,
			typeof value === "number" ? now() + value : value,
		]);

		const answer = await login({ jwt: signer.sign({ ...claims(), ...Object.fromEntries(absolute) }) });

		expect([answer.status, answer.body]).toEqual([400, { errors: [words] }]);
	});

	test.each([
		["another subject", { sub: "you", aud: undefined }, invalid("invalid subject (sub) claim")],
		[
			"an audience that the role does not bind",
			{},
			"audience claim found in JWT but no audiences bound to the role",
		],
		[
			"a token out of time",
			{ aud: undefined, iat: undefined, exp: undefined },
			invalid("no issued at (iat), not before (nbf), or expiration time (exp) claims in token"),
		],
	])("%s is refused by a role that binds the subject", async (_what, over, words) => {
		const answer = await login({ jwt: signer.sign({ ...claims(), ...over }), role: "subject" });

		expect([answer.status, answer.body]).toEqual([400, { errors: [words] }]);
	});

	test.each([
		["no token", () => ({}), "missing token"],
		["an unknown role", () => ({ role: "nope", jwt: "a.b.c" }), 'role "nope" could not be found'],
		[
			"what is no JWT",
			() => ({ jwt: "abc" }),
			badSignature("go-jose/go-jose: compact JWS format must have three parts"),
		],
		[
			"a stranger's signature",
			() => ({ jwt: stranger.sign(claims()) }),
			badSignature("no known key successfully validated the token signature"),
		],
	])("%s is refused", async (_what, body, words) => {
		const answer = await login(body());

		expect([answer.status, answer.body]).toEqual([400, { errors: [words] }]);
	});

	test.each([
		[
			"without a user claim",
			{ role_type: "jwt", bound_subject: "x" },
			"a user claim must be defined on the role",
		],
		[
			"that binds nothing",
			{ role_type: "jwt", user_claim: "sub" },
			"must have at least one bound constraint when creating/updating a role",
		],
		["of no type", { role_type: "x", user_claim: "sub" }, "invalid 'role_type': x"],
		[
			"of type oidc",
			{ user_claim: "sub", bound_audiences: "a" },
			"'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified.",
		],
	])("a role %s is refused", async (_what, body, words) => {
		const answer = await root("POST role/bad", body);

		expect([answer.status, answer.body]).toEqual([400, { errors: [words] }]);
	});

	test.each([
		[
			"no keys",
			{},
			"exactly one of 'jwt_validation_pubkeys', 'jwks_url', 'jwks_pairs', 'oidc_discovery_url', or 'provider_config' must be set",
		],
		[
			"what is no key",
			{ jwt_validation_pubkeys: "nonsense" },
			"error parsing public key: data does not contain any valid public keys",
		],
	])("a config with %s is refused", async (_what, body, words) => {
		const answer = await root("POST config", body);

		expect([answer.status, answer.body]).toEqual([400, { errors: [words] }]);
	});

	test("config and roles read as they were written", async () => {
		const [config, role, roles, none] = await Promise.all([
			root("GET config"),
			root("GET role/app"),
			root("LIST role"),
			root("GET role/none"),
		]);

		expect(config.body).toMatchObject({
			data: {
				bound_issuer: "https://ci.example",
				jwt_validation_pubkeys: [signer.publicKey],
				status: "valid",
			},
		});
		expect(role.body).toMatchObject({
			data: {
				bound_audiences: ["vault", "bao"],
				bound_claims_type: "string",
				role_type: "jwt",
				token_ttl: 3600,
			},
		});
		expect(roles.body).toMatchObject({ data: { keys: ["app", "subject"] } });
		expect(none.status).toBe(404);
	});
});

function otherValue(claim: string): string {
	return `error validating claims: claim "${claim}" does not match any associated bound claim values`;
}
