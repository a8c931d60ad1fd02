import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";

const READER = 'path "secret/data/llm/*" { capabilities = ["read"] }';

test("dev writes a token for a seeded service account, and an agent in that namespace logs in with it", async () => {
	const place = folder();
	const team = {
		secrets: { "secret/llm/openai": { api_key: "sk-of-team-a" } },
		policies: { reader: READER },
		kubernetes: { roles: { gateway: { audience: "vault", token_policies: "reader" } } },
	};
	const seed = place.write("seed.json", JSON.stringify({ namespaces: { "team-a": team } }));
	const tokenDir = join(place.path, "tokens");
	const args = ["--listen", "127.0.0.1:0", "--json", "--seed", seed, "--token-dir", tokenDir];
	const server = startAgent(["dev", ...args]);
	const said = await eventually(() => JSON.parse(server.stdout()) as Record<string, unknown>);
	const config = place.write(
		"agent.yaml",
		[
			`vault: { address: "${String(said["address"])}", namespace: team-a }`,
			"auto_auth:",
			"  method: kubernetes",
			`  config: { role: gateway, token_path: ${join(tokenDir, "default-gateway.jwt")} }`,
		].join("\n"),
	);

	const key = "KEY=secret/data/llm/openai#api_key";

	const { code, stdout } = await runAgent(
		["run", "-c", config, "--env", key].concat("--", "sh", "-c", 'printf %s "$KEY"'),
	);
	server.signal("SIGTERM");

	const token = join(tokenDir, "default-gateway.jwt");
	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-of-team-a" });
	expect(said["service_account_tokens"]).toEqual({ "default/gateway": token });
	expect(statSync(token).mode & 0o777).toBe(0o600);
	expect(await server.ended).toBe(0);
});

test("dev names a key that it would not read, also within a namespace", async () => {
	const inner = { kubernetes: { role: {} } };
	const seed = folder().write("seed.json", JSON.stringify({ namespaces: { "team-a": inner } }));

	const { code, stderr } = await runAgent(["dev", "--seed", seed]);

	expect(code).toBe(2);
	expect(stderr).toContain('unknown key "role"');
	expect(stderr).toContain('did you mean "roles"?');
});
