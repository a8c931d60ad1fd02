import { expect, test } from "vitest";
import { plantedCore as setup } from "../../test/support/planted-core.ts";

test("dispatch() keeps the digits of numbers in KV v2", () => {
	const { call } = setup();
	call("POST secret/data/a", { body: '{"data":{"n":12345678901234567890,"m":1.10}}' });

	const { body } = call("GET secret/data/a");

	expect(JSON.stringify(body)).toContain('"data":{"m":1.10,"n":12345678901234567890}');
});

test("dispatch() deletes a KV v2 version at its deletion time by the clock", async () => {
	const { clock, call } = setup();
	call("POST secret/config", { body: { delete_version_after: "1h" } });
	call("POST secret/data/a", { body: { data: { x: 1 } } });

	await clock.advance(3_599_999);
	const before = call("GET secret/data/a").status;
	await clock.advance(1);

	expect([before, call("GET secret/data/a").status]).toEqual([200, 404]);
});

test("dispatch() expires a secret id by the clock", async () => {
	const { clock, call, roles } = setup({ approles: { gw: { secret_id_ttl: "10m" } } });
	const login = () =>
		call("POST auth/approle/login", { token: "", body: { role_id: "gw", secret_id: roles["gw"]?.secretId } })
			.status;

	const before = login();
	await clock.advance(600_000);

	expect([before, login()]).toEqual([200, 400]);
});

test("dispatch() opens a wrapping token once, and not after its TTL", async () => {
	const { clock, call } = setup();
	const wrap = () => {
		const { body } = call("POST sys/wrapping/wrap", { body: { a: 1 }, wrapTtl: "60s" });
		return (body as { wrap_info: { token: string } }).wrap_info.token;
	};
	const [used, late] = [wrap(), wrap()];
	const first = call("POST sys/wrapping/unwrap", { token: used }).status;
	const second = call("POST sys/wrapping/unwrap", { token: used }).status;

	await clock.advance(60_000);

	expect([first, second, call("POST sys/wrapping/unwrap", { token: late }).status]).toEqual([200, 400, 400]);
});

test("dispatch() counts a refused request as a use of the token", () => {
	const { call } = setup();
	const created = call("POST auth/token/create", { body: { policies: ["default"], num_uses: 1 } });
	const { client_token: token } = (created.body as { auth: { client_token: string } }).auth;

	const refusals = [1, 2].map(() => call("GET secret/data/a", { token }).body);

	expect(refusals).toEqual([
		{ errors: ["1 error occurred:\n\t* permission denied\n\n"] },
		{ errors: ["permission denied"] },
	]);
});

test("dispatch() serves nothing but health and unseal while sealed", () => {
	const { core, call } = setup();
	call("PUT sys/seal");

	const sealed = ["GET secret/data/a", "GET sys/health", "GET sys/seal-status"].map(
		(request) => call(request).status,
	);
	const wrong = call("PUT sys/unseal", { body: { key: "00" } }).status;
	call("PUT sys/unseal", { body: { key: core.seal.key } });

	expect([...sealed, wrong, call("GET sys/health").status]).toEqual([503, 503, 200, 400, 200]);
});

test("dispatch() knows the root namespace by name, and none that nobody has made", () => {
	const { call } = setup();

	expect(call("GET sys/mounts", { namespace: "team-a" })).toEqual({
		status: 404,
		body: { errors: ["namespace not found"] },
	});
	expect(call("GET sys/mounts", { namespace: "root/" }).status).toBe(200);
});

test("plant() seeds KV paths with and without data/, and roles with chosen ids", () => {
	const { call, roles } = setup({
		secrets: { "secret/data/a": { x: "1" }, "secret/b/c": { y: "2" } },
		policies: { reader: 'path "secret/data/*" { capabilities = ["read"] }' },
		approles: { gw: { token_policies: ["reader"], role_id: "my-role", secret_id: "my-secret" } },
	});
	const login = call("POST auth/approle/login", {
		token: "",
		body: { role_id: "my-role", secret_id: "my-secret" },
	});
	const { client_token: token } = (login.body as { auth: { client_token: string } }).auth;

	const statuses = ["a", "b/c"].map((path) => call(`GET secret/data/${path}`, { token }).status);

	expect(roles).toEqual({ gw: { roleId: "my-role", secretId: "my-secret" } });
	expect(statuses).toEqual([200, 200]);
});

test("dispatch() renews and revokes a lease under the paths that Vault has from of old, too", () => {
	const { call } = setup({ database: { roles: { reader: { default_ttl: "1h", max_ttl: "24h" } } } });
	const { lease_id } = call("GET database/creds/reader").body as { lease_id: string };

	const renewal = call("PUT sys/renew", { body: { lease_id, increment: 60 } });
	const revocation = call(`PUT sys/revoke/${lease_id}`);

	expect(renewal.body).toMatchObject({ lease_id, lease_duration: 60 });
	expect([revocation.status, call("PUT sys/renew", { body: { lease_id } }).status]).toEqual([204, 400]);
});

test("plant() seeds database roles and static roles, which need no database", () => {
	const { call } = setup({
		database: {
			roles: { reader: { default_ttl: "1h", max_ttl: "24h" } },
			static_roles: { batch: { rotation_period: "1h" }, named: { rotation_period: "2h", username: "app" } },
		},
	});

	const answers = ["creds/reader", "static-creds/batch", "static-creds/named"].map(
		(path) => call(`GET database/${path}`).body,
	);

	expect(answers).toMatchObject([
		{ lease_duration: 3600, renewable: true },
		{ data: { ttl: 3600, username: "batch" } },
		{ data: { ttl: 7200, username: "app" } },
	]);
});

test("plant() names the path that was refused, and it is the user's to mend", () => {
	expect(() => setup({ policies: { bad: "nonsense" } })).toThrow(
		expect.objectContaining({
			code: "E_DEV_SEED",
			exitCode: 2,
			message: expect.stringContaining('Cannot seed "sys/policies/acl/bad": failed to parse policy'),
		}),
	);
});
