import { describe, expect, test } from "vitest";
import { configInput, VAULT_ADDR } from "../../test/support/config-input.ts";
import { loadConfig } from "./mod.ts";

/** What a file with this text comes to, in /etc/keyturn. */
function load(text: string, env: Readonly<Record<string, string>> = {}) {
	return loadConfig(configInput(text, { env: { VAULT_ADDR, ...env } }));
}

const IN_POD = "auto_auth: { method: kubernetes, config: { role: gateway } }";

describe("handover", () => {
	test("is none unless it is asked for", async () => {
		expect((await load(IN_POD)).handover).toBeUndefined();
	});

	test("is a file, and where it is given the file of a key", async () => {
		const { handover } = await load(`${IN_POD}\nhandover: { path: run/state, key_file: run/key }`);

		expect(handover).toEqual({ path: "/etc/keyturn/run/state", keyFile: "/etc/keyturn/run/key" });
	});

	test.each([
		["{ method: kubernetes, config: { role: gateway } }"],
		["{ method: cert, config: { client_cert: c.pem, client_key: k.pem } }"],
		["{ method: token, config: { token_file_path: t } }"],
		["{ method: jwt, config: { role: ci, path: j, remove_jwt_after_reading: false } }"],
		["{ method: approle, config: { role_id: r, secret_id: s } }"],
		[
			"{ method: approle, config: { role_id: r, secret_id_file_path: s, remove_secret_id_file_after_reading: false } }",
		],
	])("needs no key file with auto_auth %s", async (autoAuth) => {
		const { handover } = await load(`auto_auth: ${autoAuth}\nhandover: { path: /run/state }`);

		expect(handover).toEqual({ path: "/run/state" });
	});

	test.each([
		[
			"{ method: approle, config: { role_id: r, secret_id_file_path: s } }",
			"the secret id's file is removed after reading (remove_secret_id_file_after_reading)",
		],
		[
			"{ method: approle, config: { role_id: r, secret_id: s, secret_id_response_wrapping_path: auth/approle/role/gw/secret-id } }",
			"a wrapped secret id can be opened once",
		],
		["{ method: approle, config: { role_id: r } }", "a role id alone is no secret to make a key of"],
		[
			"{ method: jwt, config: { role: ci, path: j } }",
			"the JWT's file is removed after reading (remove_jwt_after_reading)",
		],
	])("needs a key file with auto_auth %s", async (autoAuth, why) => {
		const text = `auto_auth: ${autoAuth}\nhandover: { path: /run/state`;

		await expect(load(`${text} }`)).rejects.toThrow(`handover needs key_file: ${why}`);
		await expect(load(`${text}, key_file: /run/key }`)).resolves.toBeDefined();
	});

	test("needs no key file with credentials in variables, which stay", async () => {
		const { handover } = await load("handover: { path: /run/state }", {
			VAULT_ROLE_ID: "r",
			VAULT_SECRET_ID_FILE: "/run/secret-id",
		});

		expect(handover).toEqual({ path: "/run/state" });
	});

	test.each([
		["a template", `${IN_POD}\ntemplates: [{ contents: x, destination: /run/state }]`],
		["a sink", "auto_auth: { method: kubernetes, config: { role: g }, sinks: [{ path: /run/state }] }"],
	])("is refused where %s writes the same file", async (_, text) => {
		await expect(load(`${text}\nhandover: { path: /run/state }`)).rejects.toThrow(
			"handover.path: a template or a sink writes this file",
		);
	});

	test("leaves the sinks of an init container full, whatever is revoked at the end", async () => {
		const sinks =
			"auto_auth: { method: kubernetes, config: { role: g }, sinks: [{ path: /run/t }], revoke_on_shutdown: true }";

		const alone = await load(`${sinks}\nexit_after_auth: true`);
		const handing = await load(`${sinks}\nexit_after_auth: true\nhandover: { path: /run/state }`);

		expect(alone.warnings).toContainEqual(expect.stringContaining("takes the token out of the sinks again"));
		expect(handing.warnings).toEqual([]);
	});
});
