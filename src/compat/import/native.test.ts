import { expect, test } from "vitest";
import type { ForeignSettings } from "../../config/mod.ts";
import { vaultAgentSettings } from "../vault-agent/mod.ts";
import { referenceSettings } from "./bank-vaults.ts";
import { nativeFiles } from "./native.ts";

/** The config of our own that is made in /etc/vault for this folder. */
async function written(foreign: ForeignSettings, folder: string): Promise<string> {
	const readText = () => Promise.reject(new Error("a file was asked for"));
	const { files } = await nativeFiles(foreign, { readText, cwd: "/etc/vault", folder });
	return files.get("agent.yaml") ?? "";
}

/** The same for Vault Agent's. */
async function imported(text: string, folder: string): Promise<string> {
	const file = { name: "a.hcl", path: "/etc/vault/a.hcl", text };
	return await written(vaultAgentSettings([file], { env: {} }), folder);
}

const FILES = `
auto_auth { method "kubernetes" { config = { role = "a" token_path = "token" } } }
listener "tcp" {
  role = "metrics_only"
  tls_cert_file = "tls/tls.crt"
  tls_key_file = "/run/tls.key"
}
log_file = "log/"
template { contents = "x" destination = "out/x.env" }
`;

test("paths count from where the new config stands", async () => {
	const config = await imported(FILES, "/etc/keyturn");

	expect(config).toMatch(/token_path: \/etc\/vault\/token$/m);
	expect(config).toMatch(/cert: \/etc\/vault\/tls\/tls\.crt$/m);
	expect(config).toMatch(/key: \/run\/tls\.key$/m);
	expect(config).toMatch(/file: "?\/etc\/vault\/log\/"?$/m);
	expect(config).toMatch(/destination: \/etc\/vault\/out\/x\.env$/m);
});

test("paths stay as they are where the new config stands beside the old one", async () => {
	expect(await imported(FILES, "/etc/vault")).toMatch(/cert: tls\/tls\.crt$/m);
});

test("a socket counts from there as well", async () => {
	const text = `listener "unix" { role = "metrics_only" address = "run/agent.sock" tls_disable = true }`;

	expect(await imported(text, "/etc/keyturn")).toContain("unix:/etc/vault/run/agent.sock");
});

test("a variable is no path, whatever its name", async () => {
	const text = "source=vault:secret/data/a#b\n";
	const foreign = await referenceSettings([{ name: ".env", path: "/etc/vault/.env", text }]);

	const config = await written(foreign, "/etc/keyturn");

	expect(config).toMatch(/source: "?secret\/data\/a#b"?$/m);
});
