import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiAnswer, callApi } from "./client.ts";
import { Stage } from "./stage.ts";
import { targetKinds } from "./target.ts";

const MERGE_PATCH = { "Content-Type": "application/merge-patch+json" };

interface Secret {
	readonly data: {
		readonly data: Record<string, unknown> | null;
		readonly metadata: Record<string, unknown>;
	};
}

interface Auth {
	readonly auth: {
		readonly client_token: string;
		readonly accessor: string;
		readonly lease_duration: number;
		readonly num_uses: number;
	};
	readonly warnings: readonly string[] | null;
}

// What nobody recorded, but every server has to agree on. Each test uses names of its own.
describe.each(targetKinds())("$name behaves as Vault does", ({ open }) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open(open);
	});
	afterAll(() => stage.close());

	const call = (request: string, token: string, body?: unknown): Promise<ApiAnswer> => {
		const [method = "", path = ""] = request.split(" ");
		return callApi(stage.target.address, { method, path: `/v1/${path}`, token, body });
	};
	const policy = (name: string, text: string) => stage.root(`PUT sys/policies/acl/${name}`, { policy: text });
	const bearer = async (policies: readonly string[], terms: Record<string, unknown> = {}) =>
		((await stage.root("POST auth/token/create", { policies, ...terms })) as Auth).auth.client_token;

	// KV v2 of the real servers reads numbers as floats and loses digits; the embedded one does not, see its README.
	test("KV v1 keeps the digits of numbers", async () => {
		const address = `${stage.target.address}/v1/kv1/c-digits`;
		const headers = { "X-Vault-Token": stage.target.rootToken };
		await fetch(address, { method: "POST", headers, body: '{"big":12345678901234567890,"money":1.10}' });

		const text = await (await fetch(address, { headers })).text();

		expect(text).toContain('"big":12345678901234567890,"money":1.10');
	});

	test("KV v2 gives fields in the order of their names", async () => {
		await stage.root("POST secret/data/c/order", { data: { b: 1, a: { d: 1, c: 2 }, B: 3 } });

		const answer = await call("GET secret/data/c/order", stage.target.rootToken);

		expect(JSON.stringify((answer.body as Secret).data.data)).toBe('{"B":3,"a":{"c":2,"d":1},"b":1}');
	});

	test("KV v2 forgets versions beyond max_versions", async () => {
		await stage.root("POST secret/metadata/c/few", { max_versions: 2 });
		for (const n of [1, 2, 3]) await stage.root("POST secret/data/c/few", { data: { n } });

		const [gone, kept, meta] = await Promise.all([
			call("GET secret/data/c/few?version=1", stage.target.rootToken),
			call("GET secret/data/c/few?version=2", stage.target.rootToken),
			call("GET secret/metadata/c/few", stage.target.rootToken),
		]);

		expect([gone.status, kept.status]).toEqual([404, 200]);
		expect(meta.body).toMatchObject({ data: { current_version: 3, oldest_version: 2 } });
	});

	test("KV v2 serves a version until its deletion time has passed", async () => {
		await stage.root("POST secret/metadata/c/fleeting", { delete_version_after: "2s" });
		await stage.root("POST secret/data/c/fleeting", { data: { a: 1 } });

		const before = await call("GET secret/data/c/fleeting", stage.target.rootToken);
		await stage.target.pass(2500);
		const after = await call("GET secret/data/c/fleeting", stage.target.rootToken);

		expect([before.status, after.status]).toEqual([200, 404]);
		expect((before.body as Secret).data.metadata["deletion_time"]).toMatch(/^\d{4}-/);
		expect((after.body as Secret).data).toMatchObject({
			data: null,
			metadata: { destroyed: false, version: 1 },
		});
	});

	test("KV v2 wants check-and-set where it is required", async () => {
		await stage.root("POST secret/metadata/c/cas", { cas_required: true });

		const without = await call("POST secret/data/c/cas", stage.target.rootToken, { data: {} });
		const withIt = await call("PUT secret/data/c/cas", stage.target.rootToken, {
			data: {},
			options: { cas: 0 },
		});

		expect(without.body).toEqual({ errors: ["check-and-set parameter required for this call"] });
		expect([without.status, withIt.status]).toEqual([400, 200]);
	});

	test("KV v2 patch removes what is null and merges the rest", async () => {
		await stage.root("POST secret/data/c/patch", { data: { a: 1, b: { c: 1 }, d: 1 } });
		await stage.root("PATCH secret/data/c/patch", { data: { a: null, b: { e: 2 } } }, MERGE_PATCH);

		const answer = await call("GET secret/data/c/patch", stage.target.rootToken);

		expect((answer.body as Secret).data.data).toEqual({ b: { c: 1, e: 2 }, d: 1 });
	});

	test("a mount at a path with a slash serves KV v2 and goes away with its data", async () => {
		await stage.root("POST sys/mounts/c/team", { type: "kv-v2" });
		await stage.root("POST c/team/data/x", { data: { a: 1 } });
		const found = await call("GET sys/internal/ui/mounts/c/team/x", stage.target.rootToken);
		await stage.root("DELETE sys/mounts/c/team");

		const gone = await call("GET c/team/data/x", stage.target.rootToken);

		expect(found.body).toMatchObject({ data: { path: "c/team/", options: { version: "2" } } });
		expect(gone.status).toBe(404);
	});

	test("policies: deny wins, the longer pattern wins, + stands for one segment", async () => {
		await policy(
			"c-paths",
			[
				'path "secret/data/c/*" { capabilities = ["read"] }',
				'path "secret/data/c/no" { capabilities = ["deny"] }',
				'path "secret/data/+/w/deep" { capabilities = ["create", "update"] }',
				'path "secret/metadata/c" { capabilities = ["list"] }',
				'path "secret/+/d/*" { capabilities = ["patch"] }',
			].join("\n"),
		);
		await policy("c-more", JSON.stringify({ path: { "secret/data/c/*": { capabilities: ["update"] } } }));
		const token = await bearer(["c-paths", "c-more"]);
		const paths = [
			"secret/data/c/x",
			"secret/data/c/no",
			"secret/data/y/w/deep",
			"secret/data/c/w/deep",
			"secret/data/y/z/w/deep",
			"secret/metadata/c",
			"secret/metadata/c/",
			"secret/data/d/e/f",
			"other",
		];

		const answer = await call("POST sys/capabilities-self", token, { paths });

		const { data } = answer.body as { data: Record<string, string[]> };
		expect(paths.map((path) => data[path]?.join(" "))).toEqual([
			"read update",
			"deny",
			"create update",
			"read update",
			"deny",
			"list",
			"list",
			"patch",
			"deny",
		]);
	});

	test("create and update are different permissions", async () => {
		await policy("c-create", 'path "secret/data/c/new" { capabilities = ["create"] }');
		const token = await bearer(["c-create"]);
		await stage.root("DELETE secret/metadata/c/new");

		const first = await call("POST secret/data/c/new", token, { data: {} });
		const second = await call("POST secret/data/c/new", token, { data: {} });

		expect([first.status, second.status]).toEqual([200, 403]);
	});

	test("a child token dies with its parent, an orphan does not", async () => {
		const parent = await bearer(["root"], { ttl: "1h" });
		const child = ((await call("POST auth/token/create", parent, { ttl: "1h" })).body as Auth).auth
			.client_token;
		const orphan = ((await call("POST auth/token/create-orphan", parent, { ttl: "1h" })).body as Auth).auth
			.client_token;
		await call("POST auth/token/revoke-self", parent);
		await stage.target.pass(500);

		const states = await Promise.all(
			[parent, child, orphan].map((token) => call("GET auth/token/lookup-self", token)),
		);

		expect(states.map(({ status }) => status)).toEqual([403, 403, 200]);
	});

	test("a token dies when its TTL is over", async () => {
		const token = await bearer(["default"], { ttl: "2s" });
		const before = await call("GET auth/token/lookup-self", token);
		await stage.target.pass(3000);

		const after = await call("GET auth/token/lookup-self", token);

		expect([before.status, after.status]).toEqual([200, 403]);
	});

	test("an AppRole token renews within token_max_ttl only", async () => {
		const roleId = await stage.role("c-renew", { token_ttl: "5m", token_max_ttl: "10m" });
		const secretId = await stage.secretId("c-renew");
		const login = await call("POST auth/approle/login", "", { role_id: roleId, secret_id: secretId });
		const { client_token: token } = (login.body as Auth).auth;

		const renewal = await call("PUT auth/token/renew-self", token, { increment: "1h" });

		expect((renewal.body as Auth).auth.lease_duration).toBeGreaterThan(590);
		expect((renewal.body as Auth).auth.lease_duration).toBeLessThanOrEqual(600);
		expect((renewal.body as Auth).warnings).toEqual([expect.stringContaining('TTL of "1h" exceeded')]);
	});

	test("a secret id with two uses logs in twice", async () => {
		const roleId = await stage.role("c-twice", { secret_id_num_uses: 2 });
		const secretId = await stage.secretId("c-twice");
		const login = () => call("POST auth/approle/login", "", { role_id: roleId, secret_id: secretId });

		const statuses = [(await login()).status, (await login()).status, (await login()).status];

		expect(statuses).toEqual([200, 200, 400]);
	});

	test("a chosen secret id logs in until it is destroyed", async () => {
		const roleId = await stage.role("c-custom", {});
		await stage.root("POST auth/approle/role/c-custom/custom-secret-id", { secret_id: "c-chosen" });
		const login = () => call("POST auth/approle/login", "", { role_id: roleId, secret_id: "c-chosen" });
		const before = await login();
		await stage.root("POST auth/approle/role/c-custom/secret-id/destroy", { secret_id: "c-chosen" });

		const after = await login();

		expect([before.status, after.status]).toEqual([200, 400]);
	});

	test("a batch token from AppRole has no accessor and cannot be renewed", async () => {
		const roleId = await stage.role("c-batch", { token_type: "batch" });
		const secretId = await stage.secretId("c-batch");
		const login = await call("POST auth/approle/login", "", { role_id: roleId, secret_id: secretId });

		const renewal = await call("POST auth/token/renew-self", (login.body as Auth).auth.client_token);

		expect(login.body).toMatchObject({ auth: { accessor: "", renewable: false, token_type: "batch" } });
		expect(renewal.status).toBe(400);
	});

	test("rewrapping moves a response to a new token and spends the old one", async () => {
		const wrapped = await stage.root("POST sys/wrapping/wrap", { a: "b" }, { "X-Vault-Wrap-TTL": "5m" });
		const { token: first } = (wrapped as { wrap_info: { token: string } }).wrap_info;
		const again = await stage.root("POST sys/wrapping/rewrap", { token: first });
		const { token: second } = (again as { wrap_info: { token: string } }).wrap_info;

		const old = await call("POST sys/wrapping/unwrap", first);
		const fresh = await call("POST sys/wrapping/unwrap", second);

		expect(old.status).toBe(400);
		expect(fresh.body).toMatchObject({ data: { a: "b" } });
	});

	test("a wrapping token is good for nothing else", async () => {
		const wrapped = await stage.root("POST sys/wrapping/wrap", { a: "b" }, { "X-Vault-Wrap-TTL": "5m" });
		const { token } = (wrapped as { wrap_info: { token: string } }).wrap_info;

		const answer = await call("GET secret/data/c/order", token);

		expect(answer.status).toBe(403);
	});

	test("health answers HEAD as GET, without a body", async () => {
		const reply = await fetch(`${stage.target.address}/v1/sys/health`, { method: "HEAD" });

		expect([reply.status, await reply.text()]).toEqual([200, ""]);
	});
});
