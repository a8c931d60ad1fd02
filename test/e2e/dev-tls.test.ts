import { existsSync, readFileSync, statSync } from "node:fs";
import { request } from "node:https";
import { dirname } from "node:path";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";

test("dev --tls says where its CA and a client certificate are, and takes both away when it ends", async () => {
	const place = folder();
	const seed = place.write(
		"seed.json",
		JSON.stringify({
			secrets: { "secret/llm/openai": { api_key: "sk-seeded" } },
			policies: { reader: 'path "secret/data/llm/*" { capabilities = ["read"] }' },
			approles: { gateway: { token_policies: ["reader"] } },
			certs: { gateway: { token_policies: ["reader"], allowed_common_names: "gw.example" } },
		}),
	);
	const server = startAgent(["dev", "--listen", "127.0.0.1:0", "--tls", "--json", "--seed", seed]);
	const said = await eventually(() => JSON.parse(server.stdout()) as Record<string, string>);
	const [ca, cert, key] = ["ca_cert", "client_cert", "client_key"].map((name) =>
		readFileSync(said[name] ?? ""),
	);
	const modes = [dirname(said["ca_cert"] ?? ""), said["client_key"] ?? ""].map(
		(path) => statSync(path).mode & 0o777,
	);
	const { gateway } = said["approles"] as unknown as Record<string, { role_id: string; secret_id: string }>;

	const login = await new Promise<{ auth: object }>((resolve, reject) => {
		const url = `${said["address"] ?? ""}/v1/auth/cert/login`;
		request(url, { method: "POST", ca, cert, key }, (reply) =>
			resolve(json(reply) as Promise<{ auth: object }>),
		)
			.once("error", reject)
			.end();
	});
	const { stdout } = await runAgent(
		["run", "--env", "KEY=secret/data/llm/openai#api_key", "--", "sh", "-c", 'printf %s "$KEY"'],
		{
			env: {
				VAULT_ADDR: said["address"] ?? "",
				VAULT_CACERT: said["ca_cert"] ?? "",
				VAULT_ROLE_ID: gateway?.role_id ?? "",
				VAULT_SECRET_ID: gateway?.secret_id ?? "",
			},
		},
	);
	server.signal("SIGTERM");
	await server.ended;

	expect(said["address"]).toMatch(/^https:/);
	expect(modes).toEqual([0o700, 0o600]);
	expect(login.auth).toMatchObject({ metadata: { cert_name: "gateway", common_name: "gw.example" } });
	expect(stdout).toBe("sk-seeded");
	expect(existsSync(dirname(said["ca_cert"] ?? ""))).toBe(false);
});

test("dev --tls-dir puts the CA where it is told, and leaves it there", async () => {
	const place = folder();
	const server = startAgent(["dev", "--listen", "127.0.0.1:0", "--tls-dir", place.at("tls")]);
	await eventually(() => expect(server.stdout()).toContain("# Ctrl-C ends it\n"));
	server.signal("SIGTERM");

	expect(await server.ended).toBe(0);
	expect(server.stdout()).toContain(`export VAULT_CACERT='${place.at("tls/ca.crt")}'`);
	expect(place.entries("tls")).toEqual(["ca.crt"]);
});
