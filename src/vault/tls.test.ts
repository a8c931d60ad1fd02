import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTlsIdentity, type TlsFiles, type TlsSettings } from "./mod.ts";

const FIXTURES = join(import.meta.dirname, "../../test/fixtures/tls");
const at = (name: string) => join(FIXTURES, name);
const pem = (name: string) => readFileSync(at(name), "utf8");
const files: TlsFiles = {
	readFile: (path) => readFileSync(path),
	readDirectory: (path) => readdirSync(path),
};

const read = (settings: Partial<TlsSettings>) => readTlsIdentity({ skipVerify: false, ...settings }, files);

test("readTlsIdentity() without settings checks the server and leaves the rest to the system", () => {
	expect(read({})).toEqual({ rejectUnauthorized: true });
});

test("readTlsIdentity() reads what is configured", () => {
	const identity = read({
		caCert: at("ca.crt"),
		clientCert: at("client.crt"),
		clientKey: at("client.key"),
		serverName: "vault.test",
		skipVerify: true,
	});

	expect(identity).toEqual({
		rejectUnauthorized: false,
		ca: [pem("ca.crt")],
		cert: pem("client.crt"),
		key: pem("client.key"),
		servername: "vault.test",
	});
});

test("readTlsIdentity() takes the certificates of a folder, and nothing else of it", () => {
	expect(read({ caPath: FIXTURES }).ca).toContain(pem("other-ca.crt"));
	expect(read({ caPath: FIXTURES }).ca).not.toContain(pem("client.key"));
});

test.each<[Partial<TlsSettings>, string]>([
	[{ caCert: "/nowhere/ca.crt" }, "vault.ca_cert: cannot read /nowhere/ca.crt (ENOENT)"],
	[{ caPath: "/nowhere" }, "vault.ca_path: cannot read /nowhere (ENOENT)"],
	[{ caCert: at("README.md") }, `vault.ca_cert: ${at("README.md")} holds no certificate in PEM`],
	[{ clientCert: at("client.key") }, `vault.client_cert: ${at("client.key")} holds no certificate in PEM`],
	[
		{ clientCert: at("client.crt"), clientKey: at("client.crt") },
		`vault.client_key: ${at("client.crt")} holds no private key in PEM`,
	],
	[
		{ clientCert: at("client.crt"), clientKey: at("server.key") },
		`vault.client_key: ${at("server.key")} is not the key of ${at("client.crt")}`,
	],
])("readTlsIdentity() says which file is wrong: %j", (settings, message) => {
	expect(() => read(settings)).toThrow(
		expect.objectContaining({ message, code: "E_TLS_FILES", exitCode: 2 }) as Error,
	);
});
