import { expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { openVault, SECRET_ID } from "../support/vault.ts";

const QUIET = ["--log-level", "error", "--log-format", "pretty"];
const OPENAI = "secret/data/llm/openai";

async function scene(settings: object) {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-planted-1", next: "anthropic" });
	vault.put("secret/data/llm/anthropic", { api_key: "sk-planted-2" });
	const place = folder();
	const config = configIn(place, vault, settings);
	const validate = (...args: string[]) =>
		runAgent(["validate", "-c", config, "--online", ...QUIET, ...args], { env: vault.env });
	return { vault, place, config, validate };
}

const contents = (text: string) => ({ contents: text, destination: "out/x.env" });

test("validate --online reads what it may, computed paths too, and prints the least policy for them", async () => {
	const template = `{{#secret "secret/llm/openai"}}K={{api_key}}{{#secret (replaceAll "N" next "secret/llm/N")}}L={{api_key}}{{/secret}}{{/secret}}`;
	const { place, vault, validate } = await scene({
		templates: [contents(template)],
		env: { NAMES: { secret: "kv/llm/one", template: "{{x}}" } },
		exec: { command: ["true"] },
	});
	await vault.send("POST", "kv/llm/one", { x: "y" });

	const text = await validate();
	const json = await validate("--json");

	const policy = [
		`path "${OPENAI}" { capabilities = ["read"] }`,
		'path "kv/llm/one" { capabilities = ["read"] }',
		'path "secret/data/llm/anthropic" { capabilities = ["read"] }',
	];
	expect([text.code, text.stderr]).toEqual([0, ""]);
	expect(text.stdout).toContain("is valid: 2 to render, 3 to read\n");
	expect(text.stdout).toContain(`# the least policy\n${policy.join("\n")}\n`);
	expect(text.stdout).toContain(`read       ${OPENAI}   (`);
	expect(text.stdout + json.stdout).not.toContain("planted");
	expect(JSON.parse(json.stdout)).toMatchObject({
		valid: true,
		policy,
		lacking: [],
		problems: [],
		reads: [
			{ path: OPENAI, needs: "read", capabilities: ["read"], outcome: "read", version: 1 },
			{ path: "kv/llm/one", usedBy: ["env.NAMES"], outcome: "read" },
			{ path: "secret/data/llm/anthropic", outcome: "read" },
		],
	});
	expect(place.entries()).toEqual(["agent.yaml"]);
});

test("validate --online ends with 4 and the policy that is lacking", async () => {
	const { validate } = await scene({
		templates: [contents('{{#secret "secret/data/other/x"}}{{y}}{{/secret}}')],
	});

	const text = await validate();
	const json = await validate("--json");

	const line = 'path "secret/data/other/x" { capabilities = ["read"] }';
	expect([text.code, json.code]).toEqual([4, 4]);
	expect(text.stdout).toContain("missing    secret/data/other/x");
	expect(text.stdout).toContain(`# of it the token's policies lack\n${line}\n`);
	expect(text.stderr).toContain(
		`error: the token's policies do not allow secret/data/other/x\n  do   give them:  ${line}`,
	);
	expect(JSON.parse(json.stdout)).toMatchObject({ valid: false, lacking: [line] });
});

test("validate --online ends with 4 for a field that is not there", async () => {
	const { validate } = await scene({ templates: [contents(`{{#secret "${OPENAI}"}}{{apikey}}{{/secret}}`)] });

	const { code, stderr } = await validate();

	expect(code).toBe(4);
	expect(stderr).toContain(`error: field "apikey" is not in ${OPENAI} (version 1)`);
});

test("validate --online lets what is not required be missing", async () => {
	const { validate } = await scene({
		templates: [{ ...contents('{{#secret "secret/data/other/x"}}{{y}}{{/secret}}'), required: false }],
	});

	const { code, stdout } = await validate();

	expect(code).toBe(0);
	expect(stdout).toContain("missing    secret/data/other/x");
});

test("validate --online says a refused login with 3, and a Vault that is away with 5", async () => {
	const { config, vault } = await scene({
		templates: [contents(`{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`)],
	});
	const args = ["validate", "-c", config, "--online", ...QUIET];

	const refused = await runAgent(args, { env: { ...vault.env, VAULT_SECRET_ID: "planted-wrong" } });
	await vault.server.close();
	const away = await runAgent(args, { env: vault.env });

	expect([refused.code, away.code]).toEqual([3, 5]);
	expect(refused.stderr).not.toContain("planted-wrong");
});

test("validate --online leaves the secret id's file, writes no sink, and gives the token back", async () => {
	const { place, vault } = await scene({});
	const secretId = place.write("secret-id", SECRET_ID);
	const config = configIn(place, vault, {
		auto_auth: {
			method: "approle",
			config: { role_id: vault.roleId, secret_id_file_path: secretId },
			sinks: [{ path: place.at("token") }],
		},
		templates: [contents(`{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`)],
	});

	const { code } = await runAgent(["validate", "-c", config, "--online", ...QUIET]);

	expect(code).toBe(0);
	expect(place.entries()).toEqual(["agent.yaml", "secret-id"]);
	expect(vault.count("auth/token/revoke-self")).toBe(1);
});

test("validate --online issues no credential, and still names what else is needed", async () => {
	const template = `{{#secret "database/creds/app"}}{{username}} {{#secret (replaceAll "N" username "secret/data/llm/N")}}{{x}}{{/secret}}{{/secret}}{{#secret "database/static-creds/fixed"}}{{username}}{{/secret}}`;
	const { vault, validate } = await scene({ templates: [contents(template)] });
	vault.server.seed({
		database: { roles: { app: { default_ttl: "1h" } }, static_roles: { fixed: { rotation_period: "1h" } } },
		policies: { reader: 'path "database/*" { capabilities = ["read"] }' },
	});

	const text = await validate();
	const json = await validate("--json");

	expect([text.code, text.stderr]).toEqual([0, ""]);
	expect(text.stdout).toContain("left alone database/creds/app");
	expect(text.stdout).toContain("not read: it would issue a credential");
	expect(JSON.parse(json.stdout)).toMatchObject({
		valid: true,
		reads: [
			{ path: "database/creds/app", capabilities: ["read"], outcome: "left alone" },
			{ path: "database/static-creds/fixed", outcome: "read" },
		],
	});
	expect(vault.count("database/creds/")).toBe(0);
});

test("neither validate --online nor render --diff uses up a wrapped secret id", async () => {
	const { place, vault } = await scene({});
	const path = place.write("wrapped", "planted-wrapping-token");
	const config = configIn(place, vault, {
		auto_auth: {
			method: "approle",
			config: {
				role_id: vault.roleId,
				secret_id_file_path: path,
				secret_id_response_wrapping_path: "auth/approle/role/gateway/secret-id",
			},
		},
		templates: [contents(`{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`)],
	});

	const { code, stderr } = await runAgent(["validate", "-c", config, "--online", ...QUIET]);
	const diff = await runAgent(["render", "-c", config, "--diff", ...QUIET]);
	const doctor = await runAgent(["doctor", "-c", config, "--online"]);

	expect([code, diff.code]).toEqual([2, 2]);
	expect(diff.stderr).toBe(stderr);
	expect(stderr).toContain("would use up the wrapping token that holds the secret id");
	expect([doctor.code, place.entries()]).toEqual([0, ["agent.yaml", "wrapped"]]);
	expect(doctor.stdout).toContain("· login          not tried: it would use up the wrapping token");
	expect(vault.count("sys/wrapping")).toBe(0);
});
