import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const PATH = "secret/data/llm/openai";
const PRINT_KEY = ["--", "sh", "-c", 'printf %s "$KEY"'];
const RUN = ["run", "--env", `KEY=${PATH}#api_key`, ...PRINT_KEY];

async function vaultWithKey() {
	const vault = await openVault();
	vault.put(PATH, { api_key: "sk-first" });
	return vault;
}

test("AppRole by VAULT_ROLE_ID and VAULT_SECRET_ID alone", async () => {
	const vault = await vaultWithKey();

	const { code, stdout, log } = await runAgent(RUN, { env: vault.env });

	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-first" });
	expect(log.find(({ event }) => event === "login")?.msg).toBe(
		"approle ok, ttl 768h, policies default reader",
	);
});

test("one login and one read are all that is asked of Vault", async () => {
	const vault = await vaultWithKey();

	await runAgent(RUN, { env: vault.env });

	const asked = vault.server.requests.entries.map(({ method, path }) => `${method} ${path}`);
	expect(asked.filter((line) => !line.includes("sys/mounts"))).toEqual([
		"POST auth/approle/login",
		`GET ${PATH}`,
	]);
});

test("OpenBao's names of the variables", async () => {
	const vault = await vaultWithKey();
	const env = { BAO_ADDR: vault.address, BAO_ROLE_ID: vault.roleId, BAO_SECRET_ID: vault.secretId };

	const { code, stdout } = await runAgent(RUN, { env });

	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-first" });
});

test("AppRole by files that variables name, which stay", async () => {
	const vault = await vaultWithKey();
	const place = folder();
	const secretFile = place.write("secret-id", `${vault.secretId}\n`);
	const env = {
		VAULT_ADDR: vault.address,
		VAULT_ROLE_ID_FILE: place.write("role-id", vault.roleId),
		VAULT_SECRET_ID_FILE: secretFile,
	};

	const { code, stdout } = await runAgent(RUN, { env });

	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-first" });
	expect(readFileSync(secretFile, "utf8")).toBe(`${vault.secretId}\n`);
});

test.each([
	{ settings: {}, isKept: false },
	{ settings: { remove_secret_id_file_after_reading: false }, isKept: true },
])("AppRole by files of the config; the secret id's file is kept: $isKept", async ({ settings, isKept }) => {
	const vault = await vaultWithKey();
	const place = folder();
	const roleFile = place.write("role-id", vault.roleId);
	const secretFile = place.write("secret-id", vault.secretId);
	const config = configIn(place, vault, {
		auto_auth: {
			method: "approle",
			config: { role_id_file_path: "role-id", secret_id_file_path: "secret-id", ...settings },
		},
		env: { KEY: `${PATH}#api_key` },
	});

	const { code, stdout } = await runAgent(["run", "-c", config, ...PRINT_KEY]);

	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-first" });
	expect([existsSync(roleFile), existsSync(secretFile)]).toEqual([true, isKept]);
});

test("AppRole by values of the config, replaced from the environment", async () => {
	const vault = await vaultWithKey();
	const place = folder();
	const config = place.write(
		"agent.yaml",
		`vault:
  address: \${WHERE}
auto_auth:
  method: approle
  config:
    role_id: ${vault.roleId}
    secret_id: \${SID}
env:
  KEY: ${PATH}#api_key
`,
	);
	const env = { WHERE: vault.address, SID: vault.secretId };

	const { code, stdout } = await runAgent(["run", "-c", config, ...PRINT_KEY], { env });

	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-first" });
});

test("AGENT_CONFIG names the config, and a flag wins over it", async () => {
	const vault = await vaultWithKey();
	const place = folder();
	const config = configIn(place, vault, { env: { KEY: `${PATH}#api_key` }, log: { level: "error" } });
	const env = { ...vault.env, AGENT_CONFIG: config };

	const quiet = await runAgent(["run", ...PRINT_KEY], { env });
	const loud = await runAgent(["run", "--log-level", "info", ...PRINT_KEY], { env });

	expect([quiet.stdout, quiet.log.length]).toEqual(["sk-first", 0]);
	expect(loud.log.map(({ event }) => event)).toContain("rendered");
});

test("a token by VAULT_TOKEN", async () => {
	const vault = await vaultWithKey();
	const env = { VAULT_ADDR: vault.address, VAULT_TOKEN: vault.server.rootToken };

	const { code, stdout, log } = await runAgent(RUN, { env });

	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-first" });
	expect(log.find(({ event }) => event === "login")?.msg).toBe("token ok, no ttl, policies root");
});

test("a token by a file", async () => {
	const vault = await vaultWithKey();
	const place = folder();
	place.write("token", `${vault.server.rootToken}\n`);
	const config = configIn(place, vault, {
		auto_auth: { method: "token", config: { token_file_path: "token" } },
		env: { KEY: `${PATH}#api_key` },
	});

	const { code, stdout } = await runAgent(["run", "-c", config, ...PRINT_KEY]);

	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-first" });
	expect(existsSync(place.at("token"))).toBe(true);
});

test("KV v1 and KV v2 side by side, a version pinned", async () => {
	const vault = await vaultWithKey();
	vault.put(PATH, { api_key: "sk-second" });
	vault.put("kv/llm/anthropic", { api_key: "sk-ant-v1" });
	const env = ["NEW=secret/data/llm/openai#api_key", "OLD=secret/data/llm/openai?version=1#api_key"];
	const args = [...env, "ANT=kv/llm/anthropic#api_key"].flatMap((each) => ["--env", each]);

	const { code, stdout } = await runAgent(["run", ...args, "--", "sh", "-c", "echo $NEW $OLD $ANT"], {
		env: vault.env,
	});

	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-second sk-first sk-ant-v1\n" });
});

test("a variable that holds vault:path#field is resolved", async () => {
	const vault = await vaultWithKey();
	const env = { ...vault.env, KEY: `vault:${PATH}#api_key`, OTHER: "as it is" };

	const { code, stdout } = await runAgent(["run", "--", "sh", "-c", 'echo "$KEY, $OTHER"'], { env });

	expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-first, as it is\n" });
});
