import { describe, expect, test } from "vitest";
import { configInput, VAULT_ADDR } from "../../test/support/config-input.ts";
import { loadConfig } from "./mod.ts";

/** What a file with this `auto_auth` comes to, in /etc/keyturn. */
function load(autoAuth: string, env: Readonly<Record<string, string>> = {}) {
	return loadConfig(configInput(`auto_auth: ${autoAuth}`, { env: { VAULT_ADDR, ...env } }));
}

describe("auto_auth of a method", () => {
	test("kubernetes has the mount and the file that pods have", async () => {
		const { auth } = await load("{ method: kubernetes, config: { role: gateway } }");

		expect(auth).toMatchObject({
			method: "kubernetes",
			mountPath: "auth/kubernetes",
			role: "gateway",
			tokenPath: "/var/run/secrets/kubernetes.io/serviceaccount/token",
		});
	});

	test("kubernetes takes a mount, a namespace and a projected token of its own", async () => {
		const { auth } = await load(
			"{ method: kubernetes, mount_path: k8s/eu/, namespace: admin, config: { role: gateway, token_path: run/token } }",
		);

		expect(auth).toMatchObject({
			mountPath: "auth/k8s/eu",
			namespace: "admin",
			tokenPath: "/etc/keyturn/run/token",
		});
	});

	test.each([
		["{ method: jwt, config: { role: ci, path: /run/jwt } }", true],
		["{ method: jwt, config: { role: ci, path: /run/jwt, remove_jwt_after_reading: false } }", false],
	])("%s says whether the file is removed", async (text, removeJwtFile) => {
		const { auth } = await load(text);

		expect(auth).toMatchObject({
			method: "jwt",
			mountPath: "auth/jwt",
			role: "ci",
			path: "/run/jwt",
			removeJwtFile,
		});
	});

	test.each(["auth/approle/role/gw/secret-id", "approle/role/gw/secret-id/"])(
		"approle takes %s for the path of a wrapped secret id",
		async (path) => {
			const { auth } = await load(
				`{ method: approle, config: { role_id: r, secret_id_file_path: s, secret_id_response_wrapping_path: ${path} } }`,
			);

			expect(auth).toMatchObject({ wrappingPath: "auth/approle/role/gw/secret-id" });
		},
	);

	test.each([
		["{ method: kubernetes }", "1:12: auto_auth.config lacks role, which method kubernetes needs"],
		["{ method: jwt, config: { role: a } }", "1:35: auto_auth.config lacks path, which method jwt needs"],
		[
			"{ method: approle, config: { role_id: a, secret_id_response_wrapping_path: auth/approle/role/a/secret-id } }",
			"1:39: auto_auth.config lacks secret_id_file_path with the wrapping token, and VAULT_SECRET_ID_FILE is not set",
		],
		[
			"{ method: token, config: { token_file_path: a, role: b } }",
			"1:59: auto_auth.config.role does not belong to method token",
		],
		[
			"{ method: kubernetes, config: { role: a, path: b } }",
			"1:53: auto_auth.config.path does not belong to method kubernetes",
		],
		[
			"{ method: jwt, config: { role: a, path: b, token_path: c } }",
			"1:55: auto_auth.config.token_path does not belong to method jwt",
		],
		[
			"{ method: kubernetes, config: { role: a, tokn_path: b } }",
			'1:53: unknown key "tokn_path" in auto_auth.config; did you mean "token_path"?',
		],
	])("%s is refused, and nothing else is said", async (text, problem) => {
		await expect(load(text)).rejects.toMatchObject({ message: `agent.yaml:${problem}` });
	});

	test("approle may take the wrapping token's file from a variable", async () => {
		const text =
			"{ method: approle, config: { role_id: a, secret_id_response_wrapping_path: auth/approle/role/a/secret-id } }";

		const { auth } = await load(text, { VAULT_SECRET_ID_FILE: "/run/wrapped" });

		expect(auth).toMatchObject({ secretId: { kind: "file", path: "/run/wrapped" } });
	});
});
