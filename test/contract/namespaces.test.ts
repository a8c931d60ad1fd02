import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callApi } from "./client.ts";
import { type Created, Namespaced } from "./namespaced.ts";
import { targetKinds } from "./target.ts";

const DENIED = { errors: ["1 error occurred:\n\t* permission denied\n\n"] };

// What the recording does not show, but every server with namespaces has to agree on.
describe.each(targetKinds())("$name keeps namespaces apart as OpenBao does", ({ openNamespaced }) => {
	describe.skipIf(openNamespaced === undefined)("with namespaces", () => {
		let server: Namespaced;
		beforeAll(async () => {
			server = await Namespaced.open(openNamespaced);
		});
		afterAll(() => server.stage.close());

		test("header and path are joined", async () => {
			const answers = await Promise.all([
				server.call("GET secret/data/x", "c/deep"),
				server.call("GET deep/secret/data/x", "/c/"),
				server.call("GET c/deep/secret/data/x", ""),
				server.call("GET c/deep/secret/data/x", "root"),
			]);

			const found = answers.map(({ body }) => (body as { data: { data: unknown } }).data.data);
			expect(found).toEqual(Array.from({ length: 4 }, () => ({ from: "c/deep" })));
		});

		test("what is no namespace is refused in the header and just a path in the path", async () => {
			const [header, deeper, path] = await Promise.all([
				server.call("GET secret/data/x", "c/nope"),
				server.call("GET sys/mounts", "nope", { token: "" }),
				server.call("GET nope/secret/data/x", "c"),
			]);

			expect([header.status, header.body]).toEqual([404, { errors: ["namespace not found"] }]);
			expect([deeper.status, deeper.body]).toEqual([404, { errors: ["namespace not found"] }]);
			expect(path.body).toEqual({
				errors: ['no handler for route "nope/secret/data/x". route entry not found.'],
			});
		});

		test("a token carries the mark of its namespace and reaches no other", async () => {
			const { id } = ((await server.call("GET sys/namespaces/c", "")).body as Created).data;
			const { client_token: token, accessor } = await server.token("c", { policies: ["own"] });

			const answers = await Promise.all(
				["c", "c/deep", "d", ""].map((namespace) => server.call("GET secret/data/x", namespace, { token })),
			);

			expect([token, accessor].map((text) => text.endsWith(`.${id}`))).toEqual([true, true]);
			expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403]);
			expect(answers.slice(1).map(({ body }) => body)).toEqual([DENIED, DENIED, DENIED]);
		});

		test("policies reach namespaces below by path", async () => {
			const { client_token: above } = await server.token("", { policies: ["down"] });
			const { client_token: below } = await server.token("c", { policies: ["below"] });

			const answers = await Promise.all([
				server.call("GET secret/data/x", "c", { token: above }),
				server.call("GET c/secret/data/x", "", { token: above }),
				server.call("GET secret/data/x", "c/deep", { token: above }),
				server.call("GET secret/data/x", "c/deep", { token: below }),
				server.call("GET secret/data/x", "c", { token: below }),
			]);

			expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 200, 403]);
		});

		test("a token looks itself up and renews itself from anywhere", async () => {
			const { client_token: token } = await server.token("c", { policies: ["own"], ttl: "1h" });

			const [home, away, renewed] = await Promise.all([
				server.call("GET auth/token/lookup-self", "c", { token }),
				server.call("GET auth/token/lookup-self", "d", { token }),
				server.call("POST auth/token/renew-self", "", { token }),
			]);

			expect(home.body).toMatchObject({ data: { id: token, namespace_path: "c/" } });
			expect(away.body).toMatchObject({ data: { id: token } });
			expect(renewed.status).toBe(200);
		});

		test("a wrapped response is opened from anywhere", async () => {
			const wrapped = await callApi(server.stage.target.address, {
				method: "GET",
				path: "/v1/secret/data/x",
				token: server.stage.target.rootToken,
				headers: { "X-Vault-Namespace": "c", "X-Vault-Wrap-TTL": "60s" },
			});
			const { token } = (wrapped.body as { wrap_info: { token: string } }).wrap_info;

			const opened = await server.call("POST sys/wrapping/unwrap", "d", { token });

			expect(opened.body).toMatchObject({ data: { data: { from: "c" } } });
		});

		test("capabilities are asked from where the token is asked", async () => {
			const { client_token: token } = await server.token("", { policies: ["down"] });
			const body = { paths: ["c/secret/data/x", "secret/data/x"] };

			const [home, away] = await Promise.all([
				server.call("POST sys/capabilities-self", "", { token, body }),
				server.call("POST sys/capabilities-self", "c", { token, body }),
			]);

			expect(home.body).toMatchObject({
				data: { "c/secret/data/x": ["create", "read", "update"], "secret/data/x": ["deny"] },
			});
			expect(away.body).toEqual(DENIED);
		});

		test("a token from above inherits nothing, and is never a root token or one by name", async () => {
			const plain = await server.call("POST auth/token/create", "c", { body: {} });
			const refused = await Promise.all(
				[{ policies: ["root"] }, { policies: ["own"], id: "chosen" }].map((body) =>
					server.call("POST auth/token/create", "c", { body }),
				),
			);

			expect(plain.body).toMatchObject({ auth: { policies: ["default"], orphan: false } });
			expect(refused.map(({ body }) => body)).toEqual([
				{ errors: ["root tokens may not be created from a parent namespace"] },
				{ errors: ["token IDs can only be manually specified in the root namespace"] },
			]);
		});

		test("an AppRole logs in where it is mounted", async () => {
			await server.call("POST sys/auth/approle", "c", { body: { type: "approle" } });
			const role = { bind_secret_id: false, secret_id_bound_cidrs: "127.0.0.0/8", token_policies: "own" };
			await server.call("POST auth/approle/role/gw", "c", { body: role });
			await server.call("POST auth/approle/role/gw/role-id", "c", { body: { role_id: "c-gw" } });
			const login = (namespace: string) =>
				server.call("POST auth/approle/login", namespace, { token: "", body: { role_id: "c-gw" } });

			const [here, there] = [await login("c"), await login("d")];

			const { client_token: token, entity_id: entity } = (here.body as Created).auth;
			const read = await server.call("GET secret/data/x", "c", { token });
			expect([read.status, there.status]).toEqual([200, 403]);
			expect(entity).toMatch(/^[0-9a-f-]{36}\.[A-Za-z0-9]+$/);
		});
	});
});
