import { expect, test } from "vitest";
import { JwtIssuer } from "../../test/support/jwt.ts";
import { plantedCore } from "../../test/support/planted-core.ts";

test("plant() fills a namespace as it does the root, and says whose the roles are", () => {
	const { call, roles } = plantedCore({
		secrets: { "secret/a": { from: "root" } },
		namespaces: {
			"team-a": {
				secrets: { "secret/a": { from: "team-a" } },
				policies: { reader: 'path "secret/data/*" { capabilities = ["read"] }' },
				approles: { gw: { token_policies: ["reader"], secret_id: "s" } },
				namespaces: { deep: { secrets: { "secret/a": { from: "deep" } } } },
			},
		},
	});
	const login = call("POST auth/approle/login", {
		token: "",
		namespace: "team-a",
		body: { role_id: "gw", secret_id: "s" },
	});
	const { client_token: token } = (login.body as { auth: { client_token: string } }).auth;

	const answers = ["", "team-a", "team-a/deep"].map(
		(namespace) => call("GET secret/data/a", { namespace }).body,
	);

	expect(roles).toEqual({ "team-a/gw": { roleId: "gw", secretId: "s" } });
	expect(answers).toMatchObject(["root", "team-a", "deep"].map((from) => ({ data: { data: { from } } })));
	expect(call("GET secret/data/a", { namespace: "team-a", token }).status).toBe(200);
});

test("plant() seeds kubernetes roles for the account of their name, whose token logs in", () => {
	const { core, call } = plantedCore({
		kubernetes: { roles: { gateway: {}, other: { bound_service_account_names: "other" } } },
	});
	const jwt = core.serviceAccounts.issue({ namespace: "default", serviceAccount: "gateway" });

	const statuses = ["gateway", "other"].map(
		(role) => call("POST auth/kubernetes/login", { token: "", body: { role, jwt } }).status,
	);

	expect(statuses).toEqual([200, 403]);
});

test("plant() seeds jwt roles with little said", () => {
	const issuer = new JwtIssuer();
	const { clock, call } = plantedCore({
		jwt: { config: { jwt_validation_pubkeys: issuer.publicKey }, roles: { ci: { bound_subject: "me" } } },
	});
	const jwt = issuer.sign({ sub: "me", iat: clock.now() / 1000 });

	expect(call("POST auth/jwt/login", { token: "", body: { role: "ci", jwt } }).status).toBe(200);
});

test("a service account's token is good until its last second, and for the cluster not a second longer", async () => {
	const { clock, core, call } = plantedCore({ kubernetes: { roles: { gateway: {} } } });
	const account = { namespace: "default", serviceAccount: "gateway", ttlSeconds: 600 };
	const jwt = core.serviceAccounts.issue(account);
	const login = () => call("POST auth/kubernetes/login", { token: "", body: { role: "gateway", jwt } });

	await clock.advance(599_000);
	const before = login().status;
	await clock.advance(1000);

	expect([before, login()]).toEqual([200, { status: 403, body: { errors: ["permission denied"] } }]);
});

test("a service account's token that none of the configured keys has signed is refused", () => {
	const { core, call } = plantedCore({ kubernetes: { roles: { gateway: {} } } });
	const keys = [new JwtIssuer().publicKey];
	call("POST auth/kubernetes/config", { body: { kubernetes_host: "https://k8s", pem_keys: keys } });
	const jwt = core.serviceAccounts.issue({ namespace: "default", serviceAccount: "gateway" });

	const answer = call("POST auth/kubernetes/login", { token: "", body: { role: "gateway", jwt } });

	expect(answer).toEqual({ status: 403, body: { errors: ["permission denied"] } });
});

test.each([
	["auth/jwt/config", { jwks_url: "https://idp/keys" }, "'jwks_url' is not supported"],
	[
		"auth/kubernetes/role/x",
		{ bound_service_account_namespace_selector: "{}" },
		"'bound_service_account_namespace_selector' is not supported",
	],
])("%s cannot have what lies elsewhere, and says so", (path, body, words) => {
	const { call } = plantedCore({ kubernetes: {}, jwt: {} });

	const answer = call(`POST ${path}`, { body });

	expect(answer.status).toBe(400);
	expect(JSON.stringify(answer.body)).toContain(words);
});

test("a namespace's requests are counted apart from those of the root", () => {
	const { call } = plantedCore({ namespaces: { "team-a": { secrets: { "secret/a": { x: 1 } } } } });
	call("POST sys/quotas/rate-limit/one", { body: { path: "secret/", rate: 1, interval: "1h" } });

	const statuses = ["team-a", "team-a", "", ""].map(
		(namespace) => call("GET secret/data/a", { namespace }).status,
	);

	expect(statuses).toEqual([200, 200, 404, 429]);
});
