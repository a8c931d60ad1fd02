import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, type LogLine, startAgent } from "../support/agent-process.ts";
import { CHILD, started, startsIn } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault, ROLE_ID, SECRET_ID } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const POLICY = `
path "database/creds/app" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }
path "pki/issue/gw" { capabilities = ["update"] }
path "secret/data/llm/*" { capabilities = ["read"] }
`;

/** A server with a database and a CA, and a role that may use them. */
async function scene(login: Readonly<Record<string, unknown>> = {}) {
	const vault = await openVault();
	vault.server.seed({
		policies: { app: POLICY },
		database: { roles: { app: { default_ttl: "2s", max_ttl: "4s" } } },
		pki: { roles: { gw: { allowed_domains: ["example.internal"], allow_subdomains: true, max_ttl: "1h" } } },
	});
	await vault.send("POST", "auth/approle/role/gateway", { token_policies: ["app"], ...login });
	vault.put(OPENAI, { api_key: "sk-1" });
	const place = folder();
	const notes = place.at("notes");
	const start = (settings: object) =>
		startAgent(["start", "-c", configIn(place, vault, { log: { level: "debug" }, ...settings })], {
			env: vault.env,
		});
	const exec = { command: ["sh", CHILD, notes], start_grace: "100ms", stop_timeout: "5s" };
	const leases = async () => {
		const listed = await vault
			.send("LIST", "sys/leases/lookup/database/creds/app")
			.catch(() => ({ keys: [] }));
		return (listed as { keys: readonly string[] }).keys;
	};
	return { vault, place, notes, start, exec, leases };
}

const USER = { KEY: "database/creds/app#username" };

describe("a database credential in a child's environment", () => {
	test("is renewed, replaced before its end, and revoked once the child has the next", async () => {
		const { vault, notes, start, exec, leases } = await scene();
		const agent = start({ env: USER, exec });
		const first = await started(notes);
		expect(vault.count("database/creds/app")).toBe(1);

		const second = await started(notes, 2);

		expect(second.key).not.toBe(first.key);
		await agent.logged("lease", ({ msg }) => msg.includes("renewed"));
		await agent.logged("lease", ({ msg }) => msg.includes("revoked"));
		await eventually(() => expect(vault.count("database/creds/app")).toBe(startsIn(notes).length));
		expect((await leases()).length).toBeLessThanOrEqual(2);
	});

	test("is not made anew for a KV secret that changes, nor by a signal", async () => {
		const { vault, notes, start, exec } = await scene();
		vault.server.seed({ database: { roles: { app: { default_ttl: "1h", max_ttl: "24h" } } } });
		const agent = start({ env: { ...USER, OPENAI: `${OPENAI}#api_key` }, exec });
		const { key } = await started(notes);

		vault.put(OPENAI, { api_key: "sk-2" });
		expect((await started(notes, 2)).key).toBe(key);
		agent.signal("SIGHUP");
		await eventually(() => expect(vault.count(OPENAI)).toBeGreaterThan(4));

		expect(vault.count("database/creds/app")).toBe(1);
	});

	test("ends with the agent where the config says so", async () => {
		const { vault, notes, start, exec, leases } = await scene();
		vault.server.seed({ database: { roles: { app: { default_ttl: "1h", max_ttl: "24h" } } } });
		const config = { role_id: ROLE_ID, secret_id: SECRET_ID };
		const agent = start({
			auto_auth: { method: "approle", config, revoke_on_shutdown: true },
			env: USER,
			exec,
		});
		await started(notes);
		expect(await leases()).toHaveLength(1);

		agent.signal("SIGTERM");
		await agent.ended;

		expect(await leases()).toHaveLength(0);
	});

	test("does not die with a token that cannot be renewed any more", async () => {
		const { vault, notes, start, exec, leases } = await scene({ token_ttl: "6s", token_max_ttl: "9s" });
		vault.server.seed({ database: { roles: { app: { default_ttl: "1h", max_ttl: "24h" } } } });
		start({ env: { ...USER, OPENAI: `${OPENAI}#api_key` }, exec });
		const first = await started(notes);
		expect(await leases()).toHaveLength(1);

		const second = await started(notes, 2);

		expect(second.key).not.toBe(first.key);
		expect((await leases()).length).toBeGreaterThanOrEqual(1);
	});
});

test("a token that another has replaced is given back once nothing lives by it", async () => {
	// Whenever the renewal is drawn to be, it gives clearly less than ten seconds, of which a third is left at the login.
	const { place, start } = await scene({ token_ttl: "10s", token_max_ttl: "14s" });
	const contents = `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`;
	const agent = start({ templates: [{ contents, destination: place.at("key") }] });
	const [first] = await eventually(() => logins(agent, 1));

	const [, second] = await eventually(() => logins(agent, 2), { withinMs: 25_000 });

	const { accessor } = await agent.logged("revoked", ({ msg }) => msg === "token revoked");
	expect(accessor).toBe(first?.["accessor"]);
	expect(accessor).not.toBe(second?.["accessor"]);
});

describe("a certificate of the PKI engine", () => {
	const template = (name: string) =>
		`{{#with (pkiCert "pki/issue/gw" common_name="gw.example.internal" ttl="8s")}}{{${name}}}{{/with}}`;
	const templates = [
		{ contents: template("Cert"), destination: "tls.crt", format: "text" },
		{ contents: template("Key"), destination: "tls.key", format: "text" },
		{ contents: template("CA"), destination: "ca.crt", format: "text" },
		{ contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`, destination: "key" },
	];

	test("is asked for once by three files, and anew towards its end, not when a secret changes", async () => {
		const { vault, place, start } = await scene();
		start({ templates });
		const read = (name: string) => readFileSync(place.at(name), "utf8");
		await eventually(() => read("key"));
		const certificate = () => new X509Certificate(read("tls.crt"));
		const first = certificate();
		expect(first.checkPrivateKey(createPrivateKey(read("tls.key")))).toBe(true);
		expect(first.verify(new X509Certificate(read("ca.crt")).publicKey)).toBe(true);
		expect(vault.count("pki/issue/gw")).toBe(1);

		vault.put(OPENAI, { api_key: "sk-2" });
		await eventually(() => expect(read("key")).toBe("sk-2"));
		expect(vault.count("pki/issue/gw")).toBe(1);

		await eventually(() => expect(certificate().serialNumber).not.toBe(first.serialNumber));
		await eventually(() =>
			expect(certificate().checkPrivateKey(createPrivateKey(read("tls.key")))).toBe(true),
		);
		expect(vault.count("pki/issue/gw")).toBe(2);
	});
});

/** The first so many logins. */
function logins(agent: AgentProcess, count: number): readonly LogLine[] {
	const lines = agent.log().filter(({ event }) => event === "login");
	if (lines.length < count) throw new Error(`${lines.length} logins`);
	return lines.slice(0, count);
}
