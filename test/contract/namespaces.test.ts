import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callApi } from "./client.ts";
import { Stage } from "./stage.ts";
import { targetKinds } from "./target.ts";

const DENIED = { errors: ["1 error occurred:\n\t* permission denied\n\n"] };
const ALL = 'capabilities = ["create", "read", "update"]';

interface Created {
	readonly auth: { readonly client_token: string; readonly accessor: string; readonly entity_id: string };
	readonly data: { readonly id: string };
}

// What the recording does not show, but every server with namespaces has to agree on.
describe.each(targetKinds())("$name keeps namespaces apart as OpenBao does", ({ openNamespaced }) => {
	describe.skipIf(openNamespaced === undefined)("with namespaces", () => {
		let stage: Stage;
		/** `GET secret/x` in `c`, or `c/deep`. */
		const call = (request: string, namespace: string, { token = stage.target.rootToken, body = {} } = {}) => {
			const [method = "", path = ""] = request.split(" ");
			const headers = namespace === "" ? {} : { "X-Vault-Namespace": namespace };
			const sent = method === "POST" || method === "PUT" ? body : undefined;
			return callApi(stage.target.address, { method, path: `/v1/${path}`, token, headers, body: sent });
		};
		const create = async (namespace: string, body: object) =>
			((await call("POST auth/token/create", namespace, { body })).body as Created).auth;

		beforeAll(async () => {
			stage = await Stage.open(openNamespaced);
			await stage.root("POST sys/namespaces/c", {});
			await stage.root("POST sys/namespaces/d", {});
			await call("POST sys/namespaces/deep", "c");
			for (const namespace of ["c", "c/deep"]) {
				await call("POST sys/mounts/secret", namespace, { body: { type: "kv-v2" } });
				await call("POST secret/data/x", namespace, { body: { data: { from: namespace } } });
			}
			const policies = [
				["", "down", `path "c/secret/data/*" { ${ALL} }`],
				["c", "own", `path "secret/data/*" { ${ALL} }`],
				["c", "below", `path "deep/secret/data/*" { ${ALL} }`],
			] as const;
			for (const [namespace, name, policy] of policies)
				await call(`PUT sys/policies/acl/${name}`, namespace, { body: { policy } });
		});
		afterAll(() => stage.close());

		test("a new one has auth/token/ and sys/, a default policy and no secrets engine", async () => {
			const [mounts, auth, policies, secret] = await Promise.all([
				call("GET sys/mounts", "d"),
				call("GET sys/auth", "d"),
				call("LIST sys/policies/acl", "d"),
				call("GET secret/data/x", "d"),
			]);

			expect(mounts.body).toMatchObject({ data: { "sys/": { type: "ns_system" } } });
			expect(mounts.body).not.toHaveProperty(["data", "secret/"]);
			expect(auth.body).toMatchObject({ data: { "token/": { type: "ns_token" } } });
			expect(policies.body).toMatchObject({ data: { keys: ["default"] } });
			expect(secret.body).toEqual({
				errors: ['no handler for route "secret/data/x". route entry not found.'],
			});
		});

		test("header and path are joined", async () => {
			const answers = await Promise.all([
				call("GET secret/data/x", "c/deep"),
				call("GET deep/secret/data/x", "/c/"),
				call("GET c/deep/secret/data/x", ""),
				call("GET c/deep/secret/data/x", "root"),
			]);

			const found = answers.map(({ body }) => (body as { data: { data: unknown } }).data.data);
			expect(found).toEqual(Array.from({ length: 4 }, () => ({ from: "c/deep" })));
		});

		test("what is no namespace is refused in the header and just a path in the path", async () => {
			const [header, deeper, path] = await Promise.all([
				call("GET secret/data/x", "c/nope"),
				call("GET sys/mounts", "nope", { token: "" }),
				call("GET nope/secret/data/x", "c"),
			]);

			expect([header.status, header.body]).toEqual([404, { errors: ["namespace not found"] }]);
			expect([deeper.status, deeper.body]).toEqual([404, { errors: ["namespace not found"] }]);
			expect(path.body).toEqual({
				errors: ['no handler for route "nope/secret/data/x". route entry not found.'],
			});
		});

		test("a token carries the mark of its namespace and reaches no other", async () => {
			const { id } = ((await call("GET sys/namespaces/c", "")).body as Created).data;
			const { client_token: token, accessor } = await create("c", { policies: ["own"] });

			const answers = await Promise.all(
				["c", "c/deep", "d", ""].map((namespace) => call("GET secret/data/x", namespace, { token })),
			);

			expect([token, accessor].map((text) => text.endsWith(`.${id}`))).toEqual([true, true]);
			expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403]);
			expect(answers.slice(1).map(({ body }) => body)).toEqual([DENIED, DENIED, DENIED]);
		});

		test("policies reach namespaces below by path", async () => {
			const { client_token: above } = await create("", { policies: ["down"] });
			const { client_token: below } = await create("c", { policies: ["below"] });

			const answers = await Promise.all([
				call("GET secret/data/x", "c", { token: above }),
				call("GET c/secret/data/x", "", { token: above }),
				call("GET secret/data/x", "c/deep", { token: above }),
				call("GET secret/data/x", "c/deep", { token: below }),
				call("GET secret/data/x", "c", { token: below }),
			]);

			expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 200, 403]);
		});

		test("a token looks itself up and renews itself from anywhere", async () => {
			const { client_token: token } = await create("c", { policies: ["own"], ttl: "1h" });

			const [home, away, renewed] = await Promise.all([
				call("GET auth/token/lookup-self", "c", { token }),
				call("GET auth/token/lookup-self", "d", { token }),
				call("POST auth/token/renew-self", "", { token }),
			]);

			expect(home.body).toMatchObject({ data: { id: token, namespace_path: "c/" } });
			expect(away.body).toMatchObject({ data: { id: token } });
			expect(renewed.status).toBe(200);
		});

		test("a wrapped response is opened from anywhere", async () => {
			const wrapped = await callApi(stage.target.address, {
				method: "GET",
				path: "/v1/secret/data/x",
				token: stage.target.rootToken,
				headers: { "X-Vault-Namespace": "c", "X-Vault-Wrap-TTL": "60s" },
			});
			const { token } = (wrapped.body as { wrap_info: { token: string } }).wrap_info;

			const opened = await call("POST sys/wrapping/unwrap", "d", { token });

			expect(opened.body).toMatchObject({ data: { data: { from: "c" } } });
		});

		test("capabilities are asked from where the token is asked", async () => {
			const { client_token: token } = await create("", { policies: ["down"] });
			const body = { paths: ["c/secret/data/x", "secret/data/x"] };

			const [home, away] = await Promise.all([
				call("POST sys/capabilities-self", "", { token, body }),
				call("POST sys/capabilities-self", "c", { token, body }),
			]);

			expect(home.body).toMatchObject({
				data: { "c/secret/data/x": ["create", "read", "update"], "secret/data/x": ["deny"] },
			});
			expect(away.body).toEqual(DENIED);
		});

		test("a token from above inherits nothing, and is never a root token or one by name", async () => {
			const plain = await call("POST auth/token/create", "c", { body: {} });
			const refused = await Promise.all(
				[{ policies: ["root"] }, { policies: ["own"], id: "chosen" }].map((body) =>
					call("POST auth/token/create", "c", { body }),
				),
			);

			expect(plain.body).toMatchObject({ auth: { policies: ["default"], orphan: false } });
			expect(refused.map(({ body }) => body)).toEqual([
				{ errors: ["root tokens may not be created from a parent namespace"] },
				{ errors: ["token IDs can only be manually specified in the root namespace"] },
			]);
		});

		test("an AppRole logs in where it is mounted", async () => {
			await call("POST sys/auth/approle", "c", { body: { type: "approle" } });
			const role = { bind_secret_id: false, secret_id_bound_cidrs: "127.0.0.0/8", token_policies: "own" };
			await call("POST auth/approle/role/gw", "c", { body: role });
			await call("POST auth/approle/role/gw/role-id", "c", { body: { role_id: "c-gw" } });
			const login = (namespace: string) =>
				call("POST auth/approle/login", namespace, { token: "", body: { role_id: "c-gw" } });

			const [here, there] = [await login("c"), await login("d")];

			const { client_token: token, entity_id: entity } = (here.body as Created).auth;
			const read = await call("GET secret/data/x", "c", { token });
			expect([read.status, there.status]).toEqual([200, 403]);
			expect(entity).toMatch(/^[0-9a-f-]{36}\.[A-Za-z0-9]+$/);
		});

		test("what is about the whole server is asked in the root namespace alone", async () => {
			const answers = await Promise.all([
				call("GET sys/health", "c"),
				call("GET sys/health", "nope"),
				call("LIST sys/quotas/rate-limit", "c"),
			]);

			expect(answers.map(({ status, body }) => [status, body])).toEqual([
				[400, { errors: ["operation unavailable in namespaces"] }],
				[400, { errors: ["operation unavailable in namespaces"] }],
				[400, { errors: ["operation only available in root namespace"] }],
			]);
		});

		test("namespaces are listed and read by their parent", async () => {
			const [list, child, none, leaf] = await Promise.all([
				call("LIST sys/namespaces", "c"),
				call("GET sys/namespaces/deep", "c"),
				call("GET sys/namespaces/nope", "c"),
				call("LIST sys/namespaces", "d"),
			]);

			expect(list.body).toMatchObject({
				data: { keys: ["deep/"], key_info: { "deep/": { locked: false } } },
			});
			expect(child.body).toMatchObject({ data: { path: "c/deep/", custom_metadata: {} } });
			expect([none.status, leaf.status]).toEqual([404, 404]);
		});

		test.each([
			["POST sys/namespaces/a/b", "namespace name cannot contain /"],
			["POST sys/namespaces/sys", '"sys/" is a reserved path and cannot be used as a namespace name'],
			["POST sys/namespaces/secret", "new namespace conflicts with existing mount: secret/"],
			["DELETE sys/namespaces/c", "unable to delete namespace containing child namespaces"],
			["POST sys/mounts/c/x", "existing mount at c/"],
		])("%s is refused", async (request, words) => {
			const answer = await call(request, "", { body: { type: "kv" } });

			expect([answer.status, answer.body]).toEqual([400, { errors: [words] }]);
		});

		test("a namespace goes with its tokens", async () => {
			await stage.root("POST sys/namespaces/gone", { custom_metadata: { team: "x" } });
			const { client_token: token } = await create("gone", { policies: ["default"] });
			const removed = await call("DELETE sys/namespaces/gone", "");
			await stage.target.pass(500);

			const [again, inside, outside] = await Promise.all([
				call("DELETE sys/namespaces/gone", ""),
				call("GET sys/mounts", "gone"),
				call("GET auth/token/lookup-self", "", { token }),
			]);

			expect(removed.body).toMatchObject({ data: { status: "in-progress" } });
			expect(again.body).toMatchObject({ warnings: ["requested namespace does not exist"] });
			expect([inside.status, outside.status]).toEqual([404, 403]);
		});

		test("clients learn which mount of which namespace serves a path", async () => {
			const [inside, across] = await Promise.all([
				call("GET sys/internal/ui/mounts/secret/x", "c"),
				call("GET sys/internal/ui/mounts/c/secret/x", ""),
			]);

			expect(inside.body).toMatchObject({ data: { path: "secret/", options: { version: "2" } } });
			expect(across.body).toMatchObject({ data: { path: "c/secret/", options: { version: "2" } } });
		});
	});
});
