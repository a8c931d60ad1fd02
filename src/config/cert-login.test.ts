import { describe, expect, test } from "vitest";
import { configInput, VAULT_ADDR } from "../../test/support/config-input.ts";
import { loadConfig } from "./mod.ts";

/** What a file of this text comes to, in /etc/keyturn. */
function load(text: string, env: Readonly<Record<string, string>> = { VAULT_ADDR }) {
	return loadConfig(configInput(text, { env }));
}

describe("auto_auth of method cert", () => {
	test("shows the certificate of vault unless it has its own, and reads it again", async () => {
		const { auth } = await load(
			"vault: { client_cert: a.crt, client_key: a.key }\nauto_auth: { method: cert, config: { name: gw } }",
		);

		expect(auth).toMatchObject({ method: "cert", mountPath: "auth/cert", name: "gw", reload: true });
		expect(auth).not.toHaveProperty("own");
	});

	test("shows one of its own, on a mount of its own", async () => {
		const { auth } = await load(
			"auto_auth: { method: cert, mount_path: tls/, config: { client_cert: a.crt, client_key: /k, ca_cert: ca, reload: false } }",
		);

		expect(auth).toMatchObject({
			mountPath: "auth/tls",
			own: { clientCert: "/etc/keyturn/a.crt", clientKey: "/k", caCert: "/etc/keyturn/ca" },
			reload: false,
		});
	});

	test.each([
		[
			"auto_auth: { method: cert }",
			"agent.yaml:1:12: auto_auth.config lacks client_cert and client_key, and vault has none either (VAULT_CLIENT_CERT, VAULT_CLIENT_KEY)",
		],
		[
			"auto_auth: { method: cert, config: { client_cert: a } }",
			"agent.yaml:1:51: auto_auth.config.client_cert and client_key belong together; one is missing",
		],
		[
			"vault: { client_cert: a, client_key: b }\nauto_auth: { method: cert, config: { ca_cert: a } }",
			"agent.yaml:2:47: auto_auth.config.ca_cert goes with client_cert and client_key; use vault.ca_cert",
		],
		[
			"vault: { client_cert: a, client_key: b }\nauto_auth: { method: cert, config: { role_id: a } }",
			"agent.yaml:2:38: auto_auth.config.role_id does not belong to method cert",
		],
		[
			"auto_auth: { method: approle, config: { role_id: a, reload: true } }",
			"agent.yaml:1:53: auto_auth.config.reload does not belong to method approle",
		],
	])("%s is refused with the reason", async (text, message) => {
		await expect(load(text)).rejects.toThrow(message);
	});

	test("is refused for an address without TLS, where no certificate can be shown", async () => {
		const text = "vault: { client_cert: a, client_key: b }\nauto_auth: { method: cert }";

		await expect(load(text, { VAULT_ADDR: "http://127.0.0.1:8200" })).rejects.toThrow(
			"agent.yaml:2:22: auto_auth.method: cert needs https: over http://127.0.0.1:8200 no certificate can be shown; use the server's https address",
		);
	});
});

describe("auto_auth.sinks", () => {
	const withSinks = (sinks: string) =>
		load(`auto_auth: { method: approle, config: { role_id: a }, sinks: ${sinks} }`);

	test("is none, and nothing is revoked, unless told otherwise", async () => {
		const { auth } = await load("auto_auth: { method: approle, config: { role_id: a } }");

		expect(auth).toMatchObject({ sinks: [], revokeOnShutdown: false });
	});

	test("holds paths from the file's own folder, modes, owners and wrappings", async () => {
		const { auth } = await withSinks(
			"[{ path: token }, { path: /t, mode: '0640', reuse: false, user: 1000, wrap_ttl: 5m }]",
		);

		expect(auth?.sinks).toEqual([
			{ path: "/etc/keyturn/token", mode: 0o600, reuse: true },
			{ path: "/t", mode: 0o640, reuse: false, user: "1000", wrapTtlMs: 300_000 },
		]);
	});

	test.each([
		["[{ path: a }, { path: ./a }]", "auto_auth.sinks[1].path: another sink is this file"],
		["[{ mode: '0600' }]", 'auto_auth.sinks[0] lacks "path"'],
		["[{ path: a, wrap_ttl: 0 }]", "auto_auth.sinks[0].wrap_ttl: expected at least 1ms"],
		["[{ pathh: a }]", 'unknown key "pathh" in auto_auth.sinks[0]; did you mean "path"?'],
	])("of %s is refused", async (sinks, message) => {
		await expect(withSinks(sinks)).rejects.toThrow(message);
	});
});
