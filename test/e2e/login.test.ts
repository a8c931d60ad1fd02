import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { JwtIssuer } from "../support/jwt.ts";
import { GATEWAY_ACCOUNT, openVault, type Vault } from "../support/vault.ts";

const PATH = "secret/data/llm/openai";
const PRINT_KEY = ["--", "sh", "-c", 'printf %s "$KEY"'];
const RUN = ["run", "--env", `KEY=${PATH}#api_key`, ...PRINT_KEY];

async function vaultWithKey(options: Parameters<typeof openVault>[0] = {}) {
	const vault = await openVault(options);
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

test("the server that is asked is said at the start, whatever has named it", async () => {
	const vault = await vaultWithKey();
	const place = folder();
	const config = place.write("agent.yaml", JSON.stringify({ vault: { address: "https://file.test:8200" } }));
	const env = { ...vault.env, VAULT_ADDR: "https://variable.test:8200", VAULT_NAMESPACE: "" };

	const { code, log } = await runAgent(
		["run", "-c", config, "--address", vault.address, "--env", `KEY=${PATH}#api_key`, "--", "true"],
		{ env },
	);

	expect(code).toBe(0);
	expect(log[0]).toMatchObject({ event: "vault", msg: vault.address, addresses: [vault.address] });
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

test("a token that is spelled like its policy leaves the policy's name readable", async () => {
	const vault = await vaultWithKey({ rootToken: "root" });
	const env = { VAULT_ADDR: vault.address, VAULT_TOKEN: "root" };

	const { code, stderr } = await runAgent(["run", "--env", `KEY=${PATH}#api_key`, "--", "true"], { env });

	expect(code).toBe(0);
	expect(stderr).toContain('"policies":["root"]');
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

test("flags after the command's name are the command's own, -- or not", async () => {
	const { env } = await vaultWithKey();
	const child = ["sh", "-c", 'echo "$KEY $1"', "sh", "--config"];

	const runs = [["--", ...child], child].map((words) =>
		runAgent(["run", "--env", `KEY=${PATH}#api_key`, ...words], { env }),
	);

	for (const { code, stdout } of await Promise.all(runs))
		expect({ code, stdout }).toEqual({ code: 0, stdout: "sk-first --config\n" });
});

const ACCOUNT_TOKEN = "run/token";
const ONCE = ["start", "-c", "agent.yaml", "--exit-after-auth", "--log-format", "pretty"];
const TEMPLATES = [{ contents: `{{#secret "${PATH}"}}{{api_key}}{{/secret}}`, destination: "out/key.txt" }];

/** A folder with a config that logs in so, and delivers `out/key.txt`. */
function placeWith(vault: Vault, autoAuth: object, server: object = {}) {
	const place = folder();
	const settings = { auto_auth: autoAuth, templates: TEMPLATES };
	configIn(place, vault, { vault: { address: vault.address, ...server }, ...settings });
	const delivered = () =>
		existsSync(place.at("out/key.txt")) && readFileSync(place.at("out/key.txt"), "utf8");
	return { place, delivered };
}

describe("a service account", () => {
	const kubernetes = (more: object = {}) => ({
		method: "kubernetes",
		config: { role: "gateway", token_path: ACCOUNT_TOKEN },
		...more,
	});

	test("logs in where its mount is, and reads in the namespace below", async () => {
		const vault = await openVault();
		await vault.send("POST", "sys/namespaces/admin");
		await vault.send("POST", "admin/sys/namespaces/team");
		await vault.mountKubernetes("admin");
		const policy = 'path "team/secret/data/llm/*" { capabilities = ["read"] }';
		await vault.send("POST", "admin/sys/policies/acl/reader", { policy });
		await vault.send("POST", "admin/team/sys/mounts/secret", { type: "kv", options: { version: "2" } });
		await vault.send("POST", `admin/team/${PATH}`, { data: { api_key: "sk-of-the-team" } });
		const { place, delivered } = placeWith(vault, kubernetes({ namespace: "admin" }), {
			namespace: "admin/team",
		});
		place.write(ACCOUNT_TOKEN, vault.server.issueServiceAccountToken(GATEWAY_ACCOUNT));

		const { code, stderr } = await runAgent(ONCE, { cwd: place.path });

		expect([code, delivered()], stderr).toEqual([0, "sk-of-the-team"]);
	});

	test("is told why it is refused, and the init container ends with 3", async () => {
		const vault = await vaultWithKey();
		await vault.mountKubernetes();
		const { place, delivered } = placeWith(vault, kubernetes());
		const token = vault.server.issueServiceAccountToken({ ...GATEWAY_ACCOUNT, serviceAccount: "default" });
		place.write(ACCOUNT_TOKEN, token);

		const { code, stdout, stderr } = await runAgent(ONCE, { cwd: place.path });

		const paragraph = stderr.slice(stderr.indexOf("error:")).replace(/expires in \S+/, "expires in {time}");
		expect(paragraph).toBe(
			`error: Vault refused the login: service account name not authorized (403)
  at   ${vault.address}  auth/kubernetes  role "gateway"
  jwt  sub system:serviceaccount:ai:default  aud vault  expires in {time}
  do   bind the role to ai/default, or run the pod as another service account      E_LOGIN_REFUSED, exit 3
`,
		);
		for (const part of token.split(".")) expect(stdout + stderr).not.toContain(part);
		expect([code, delivered()]).toEqual([3, false]);
	});

	test("is tried again in a sidecar, at the pace of the back-off, until the role takes it", async () => {
		const vault = await vaultWithKey();
		await vault.mountKubernetes();
		const { place, delivered } = placeWith(vault, kubernetes({ min_backoff: "200ms", max_backoff: "400ms" }));
		place.write(
			ACCOUNT_TOKEN,
			vault.server.issueServiceAccountToken({ ...GATEWAY_ACCOUNT, namespace: "web" }),
		);

		const agent = startAgent(["start", "-c", "agent.yaml"], { cwd: place.path });
		const waiting = await agent.logged("waiting");
		await eventually(() => expect(vault.count("auth/kubernetes/login")).toBeGreaterThan(2));
		expect(delivered()).toBe(false);
		await vault.send("POST", "auth/kubernetes/role/gateway", { bound_service_account_namespaces: "ai,web" });

		await eventually(() => expect(delivered()).toBe("sk-first"));
		expect(waiting).toMatchObject({ level: "warn", code: "E_LOGIN_REFUSED" });
		expect(agent.isRunning()).toBe(true);
	});
});

test("a JWT by a file, which is removed", async () => {
	const vault = await vaultWithKey();
	const issuer = new JwtIssuer();
	await vault.mountJwt(issuer.publicKey);
	const { place, delivered } = placeWith(vault, { method: "jwt", config: { role: "ci", path: "jwt" } });
	const file = place.write("jwt", issuer.issue({ sub: "gateway", aud: "vault" }));

	const { code } = await runAgent(ONCE, { cwd: place.path });

	expect([code, delivered(), existsSync(file)]).toEqual([0, "sk-first", false]);
});

test("a wrapped secret id logs in once; the same wrapping token again is named as stolen", async () => {
	const vault = await vaultWithKey();
	const secretIdPath = "auth/approle/role/gateway/secret-id";
	const { place, delivered } = placeWith(vault, {
		method: "approle",
		config: {
			role_id: vault.roleId,
			secret_id_file_path: "wrapped",
			secret_id_response_wrapping_path: secretIdPath,
		},
	});
	const token = await vault.wrap(secretIdPath);
	const file = place.write("wrapped", token);

	const first = await runAgent(ONCE, { cwd: place.path });
	expect([first.code, delivered(), existsSync(file)]).toEqual([0, "sk-first", false]);
	place.write("wrapped", token);
	const { code, stderr } = await runAgent(ONCE, { cwd: place.path });

	expect(code).toBe(3);
	expect(stderr).toContain(
		`error: the wrapping token in ${file} is not valid: it was used before, has expired or never was (400)`,
	);
	expect(stderr).toContain("see in Vault's audit log who unwrapped it");
	expect(stderr).toContain("E_WRAPPING_TOKEN, exit 3");
	expect(stderr).not.toContain(token);
});
