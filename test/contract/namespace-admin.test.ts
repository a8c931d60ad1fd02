import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Namespaced } from "./namespaced.ts";
import { targetKinds } from "./target.ts";

// Nobody recorded it, but every server with namespaces has to agree on it.
describe.each(targetKinds())("$name makes and removes namespaces as OpenBao does", ({ openNamespaced }) => {
	describe.skipIf(openNamespaced === undefined)("with namespaces", () => {
		let server: Namespaced;
		beforeAll(async () => {
			server = await Namespaced.open(openNamespaced);
		});
		afterAll(() => server.stage.close());

		test("a new one has auth/token/ and sys/, a default policy and no secrets engine", async () => {
			const [mounts, auth, policies, secret] = await Promise.all([
				server.call("GET sys/mounts", "d"),
				server.call("GET sys/auth", "d"),
				server.call("LIST sys/policies/acl", "d"),
				server.call("GET secret/data/x", "d"),
			]);

			expect(mounts.body).toMatchObject({ data: { "sys/": { type: "ns_system" } } });
			expect(mounts.body).not.toHaveProperty(["data", "secret/"]);
			expect(auth.body).toMatchObject({ data: { "token/": { type: "ns_token" } } });
			expect(policies.body).toMatchObject({ data: { keys: ["default"] } });
			expect(secret.body).toEqual({
				errors: ['no handler for route "secret/data/x". route entry not found.'],
			});
		});

		test("what is about the whole server is asked in the root namespace alone", async () => {
			const answers = await Promise.all([
				server.call("GET sys/health", "c"),
				server.call("GET sys/health", "nope"),
				server.call("LIST sys/quotas/rate-limit", "c"),
			]);

			expect(answers.map(({ status, body }) => [status, body])).toEqual([
				[400, { errors: ["operation unavailable in namespaces"] }],
				[400, { errors: ["operation unavailable in namespaces"] }],
				[400, { errors: ["operation only available in root namespace"] }],
			]);
		});

		test("namespaces are listed and read by their parent", async () => {
			const [list, child, none, leaf] = await Promise.all([
				server.call("LIST sys/namespaces", "c"),
				server.call("GET sys/namespaces/deep", "c"),
				server.call("GET sys/namespaces/nope", "c"),
				server.call("LIST sys/namespaces", "d"),
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
			const answer = await server.call(request, "", { body: { type: "kv" } });

			expect([answer.status, answer.body]).toEqual([400, { errors: [words] }]);
		});

		test("a namespace goes with its tokens", async () => {
			await server.call("POST sys/namespaces/gone", "", { body: { custom_metadata: { team: "x" } } });
			const { client_token: token } = await server.token("gone", { policies: ["default"] });
			const removed = await server.call("DELETE sys/namespaces/gone", "");
			await server.stage.target.pass(500);

			const [again, inside, outside] = await Promise.all([
				server.call("DELETE sys/namespaces/gone", ""),
				server.call("GET sys/mounts", "gone"),
				server.call("GET auth/token/lookup-self", "", { token }),
			]);

			expect(removed.body).toMatchObject({ data: { status: "in-progress" } });
			expect(again.body).toMatchObject({ warnings: ["requested namespace does not exist"] });
			expect([inside.status, outside.status]).toEqual([404, 403]);
		});

		test("clients learn which mount of which namespace serves a path", async () => {
			const [inside, across] = await Promise.all([
				server.call("GET sys/internal/ui/mounts/secret/x", "c"),
				server.call("GET sys/internal/ui/mounts/c/secret/x", ""),
			]);

			expect(inside.body).toMatchObject({ data: { path: "secret/", options: { version: "2" } } });
			expect(across.body).toMatchObject({ data: { path: "c/secret/", options: { version: "2" } } });
		});
	});
});
