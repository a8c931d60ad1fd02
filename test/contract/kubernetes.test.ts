import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callApi } from "./client.ts";
import { type Cluster, mountKubernetes } from "./kubernetes.ts";
import { Stage } from "./stage.ts";
import { targetKinds } from "./target.ts";

const ACCOUNT = { namespace: "ai", serviceAccount: "gateway-7" };

// What the recording does not show, but every server that takes service accounts has to agree on.
describe.each(targetKinds())("$name takes service accounts as Vault does", ({ open }) => {
	let stage: Stage;
	let cluster: Cluster;
	beforeAll(async () => {
		stage = await Stage.open(open);
		cluster = await mountKubernetes(stage);
		await stage.root("POST auth/kubernetes/role/any", {
			bound_service_account_names: "gateway-*",
			bound_service_account_namespaces: "*",
			audience: "vault",
			alias_name_source: "serviceaccount_name",
			policies: "reader",
			ttl: "10m",
		});
	});
	afterAll(() => stage.close());

	const login = (jwt: string, role = "any") =>
		callApi(stage.target.address, {
			method: "POST",
			path: "/v1/auth/kubernetes/login",
			token: "",
			body: { role, jwt },
		});

	test("a role takes accounts by pattern, and the token lives as the role says", async () => {
		const answer = await login(cluster.issue({ ...ACCOUNT, audience: ["other", "vault"] }), "ANY");

		expect(answer.body).toMatchObject({
			auth: {
				policies: ["default", "reader"],
				lease_duration: 600,
				metadata: { role: "ANY", service_account_name: "gateway-7", service_account_namespace: "ai" },
			},
		});
	});

	test("the token is named after the account", async () => {
		const { body } = await login(cluster.issue({ ...ACCOUNT, audience: "vault" }));
		const { client_token: token } = (body as { auth: { client_token: string } }).auth;

		const self = await callApi(stage.target.address, {
			method: "GET",
			path: "/v1/auth/token/lookup-self",
			token,
		});

		expect(self.body).toMatchObject({ data: { display_name: "kubernetes-ai-gateway-7", orphan: true } });
	});

	test("the same account is the same entity", async () => {
		const entityOf = async (ttlSeconds: number) => {
			const { body } = await login(cluster.issue({ ...ACCOUNT, audience: "vault", ttlSeconds }));
			return (body as { auth: { entity_id: string } }).auth.entity_id;
		};

		expect(await entityOf(600)).toBe(await entityOf(1200));
	});

	test.each([
		[
			"another audience",
			{ audience: "somebody-else" },
			"invalid audience (aud) claim: audience claim does not match any expected audience",
		],
		[
			"a token that is over",
			{ audience: "vault", ttlSeconds: -300 },
			"invalid expiration time (exp) claim: token is expired",
		],
		["another name", { audience: "vault", serviceAccount: "other" }, "service account name not authorized"],
	])("%s is refused", async (_what, terms, words) => {
		const answer = await login(cluster.issue({ ...ACCOUNT, ...terms }));

		expect([answer.status, answer.body]).toEqual([403, { errors: [words] }]);
	});

	test.each([
		["no names", {}, '"bound_service_account_names" can not be empty'],
		[
			"no namespaces",
			{ bound_service_account_names: "a" },
			'"bound_service_account_namespaces" can not be empty if "bound_service_account_namespace_selector" is not set',
		],
		[
			"a star beside others",
			{ bound_service_account_names: "a,*", bound_service_account_namespaces: "b" },
			'can not mix "*" with values',
		],
		[
			"a source that is none",
			{
				bound_service_account_names: "a",
				bound_service_account_namespaces: "b",
				alias_name_source: "mood",
			},
			"invalid alias_name_source, must be one of: serviceaccount_uid, serviceaccount_name",
		],
	])("a role with %s is refused", async (_what, body, words) => {
		const answer = await callApi(stage.target.address, {
			method: "POST",
			path: "/v1/auth/kubernetes/role/bad",
			token: stage.target.rootToken,
			body,
		});

		expect([answer.status, answer.body]).toEqual([400, { errors: [words] }]);
	});

	test("config and roles read as they were written", async () => {
		const [config, role, roles] = await Promise.all([
			stage.root("GET auth/kubernetes/config"),
			stage.root("GET auth/kubernetes/role/any"),
			stage.root("LIST auth/kubernetes/role"),
		]);

		expect((config as { data: unknown }).data).toEqual({
			disable_iss_validation: true,
			disable_local_ca_jwt: true,
			issuer: "",
			kubernetes_ca_cert: cluster.caCert,
			kubernetes_host: cluster.host,
			pem_keys: [],
			token_reviewer_jwt_set: false,
		});
		expect((role as { data: unknown }).data).toMatchObject({
			alias_name_source: "serviceaccount_name",
			audience: "vault",
			bound_service_account_names: ["gateway-*"],
			bound_service_account_namespace_selector: "",
			bound_service_account_namespaces: ["*"],
			token_policies: ["reader"],
			token_ttl: 600,
		});
		expect(roles).toMatchObject({ data: { keys: ["agentgateway", "any"] } });
	});

	test("a renewal ends with the role", async () => {
		await stage.root("POST auth/kubernetes/role/brief", {
			bound_service_account_names: "*",
			bound_service_account_namespaces: "ai",
		});
		const { body } = await login(cluster.issue(ACCOUNT), "brief");
		const { client_token: token } = (body as { auth: { client_token: string } }).auth;
		await stage.root("DELETE auth/kubernetes/role/brief");

		const renewal = await callApi(stage.target.address, {
			method: "POST",
			path: "/v1/auth/token/renew-self",
			token,
		});

		expect(renewal.status).toBe(500);
		expect(JSON.stringify(renewal.body)).toContain("role brief does not exist during renewal");
	});
});
