import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configInput } from "../../test/support/config-input.ts";
import { ConfigError, type ConfigInput, configJsonSchema, loadConfig, publicTexts } from "./mod.ts";

const DOCS = join(import.meta.dirname, "../../docs");

/** A config file of this text, in /etc/keyturn; without a text no file. */
function given(text?: string, over: Partial<ConfigInput> = {}): ConfigInput {
	const { file: _, ...withoutFile } = configInput("");
	return text === undefined ? { ...withoutFile, ...over } : configInput(text, over);
}

/** The problems of a config, one line each. */
async function problems(text?: string, over: Partial<ConfigInput> = {}): Promise<string[]> {
	const error: unknown = await loadConfig(given(text, over)).then(
		() => new Error("the config was taken"),
		(reason: unknown) => reason,
	);
	if (!(error instanceof ConfigError)) throw error;
	expect([error.code, error.exitCode]).toEqual(["E_CONFIG", 2]);
	return error.message.split("\n");
}

/** Each list holds the one before it ten times: a million values in seven lines. */
function aliases(): string {
	const row = (n: number) =>
		`x${n}: &x${n} [${Array(10)
			.fill(n === 0 ? "a" : `*x${n - 1}`)
			.join(", ")}]`;
	return [0, 1, 2, 3, 4, 5, 6].map(row).join("\n");
}

const CHILD = { command: ["litellm"] };

describe("loadConfig() without a file", () => {
	test("takes server, login, child and variables from environment and flags", async () => {
		const env = { VAULT_ADDR: "https://vault:8200/", VAULT_ROLE_ID: "role", VAULT_SECRET_ID: "hidden" };
		const flags = { ...CHILD, env: ["OPENAI_API_KEY=secret/data/llm/openai?version=3#api_key"] };

		const config = await loadConfig(given(undefined, { env, flags }));

		expect(config).toMatchObject({
			origin: "flags and environment",
			vault: { addresses: ["https://vault:8200"], timeoutMs: 30_000, tls: { skipVerify: false } },
			auth: { method: "approle", mountPath: "auth/approle", minBackoffMs: 1000, maxBackoffMs: 300_000 },
			pollIntervalMs: 15_000,
			env: [
				{
					name: "OPENAI_API_KEY",
					value: {
						kind: "reference",
						reference: { path: "secret/data/llm/openai", field: "api_key", version: 3 },
					},
					required: true,
					allowEmpty: false,
				},
			],
			exec: { command: ["litellm"], onChange: { kind: "restart" }, stopSignal: "SIGTERM" },
			log: { level: "info", format: "json" },
			timeoutMs: 120_000,
			warnings: [],
		});
		expect(JSON.stringify(config)).not.toContain("hidden");
	});

	test("prefers AppRole, then the token, and leaves the login out when nothing says how", async () => {
		const VAULT_ADDR = "https://vault";
		const method = async (env: Record<string, string>) =>
			(await loadConfig(given(undefined, { env: { VAULT_ADDR, ...env } }))).auth?.method;

		expect(await method({ VAULT_ROLE_ID: "r", VAULT_TOKEN: "t" })).toBe("approle");
		expect(await method({ VAULT_TOKEN: "t" })).toBe("token");
		expect(await method({ VAULT_TOKEN: "" })).toBeUndefined();
	});

	test("keeps a secret id file that a variable names", async () => {
		const env = {
			VAULT_ADDR: "https://v",
			VAULT_ROLE_ID_FILE: "role",
			VAULT_SECRET_ID_FILE: "/run/secret-id",
		};

		expect((await loadConfig(given(undefined, { env }))).auth).toMatchObject({
			roleId: { kind: "file", path: "/etc/keyturn/role" },
			secretId: { kind: "file", path: "/run/secret-id" },
			removeSecretIdFile: false,
		});
	});

	test("takes BAO_ before VAULT_, and an empty variable as none", async () => {
		const env = {
			VAULT_ADDR: "https://a",
			BAO_ADDR: "https://b",
			BAO_NAMESPACE: "",
			VAULT_NAMESPACE: "team",
		};

		expect((await loadConfig(given(undefined, { env }))).vault).toMatchObject({
			addresses: ["https://b"],
			namespace: "team",
		});
	});

	test.each([
		["false", false],
		["0", false],
		["F", false],
		["true", true],
		["1", true],
	])("reads VAULT_SKIP_VERIFY=%s", async (word, expected) => {
		const env = { VAULT_ADDR: "https://a", VAULT_SKIP_VERIFY: word };

		expect((await loadConfig(given(undefined, { env }))).vault.tls.skipVerify).toBe(expected);
	});

	test("resolves a variable that holds vault:path#field, where a child would inherit it", async () => {
		const env = { VAULT_ADDR: "https://a", KEY: "vault:secret/data/a#b", UPSTREAM: "vault:8200" };
		const names = async (over: Partial<ConfigInput>) =>
			(await loadConfig(given("exec: { inherit_env: [PATH] }", { env, ...over }))).env.map(
				({ name }) => name,
			);

		expect((await loadConfig(given(undefined, { env, flags: CHILD }))).env).toMatchObject([{ name: "KEY" }]);
		expect((await loadConfig(given(undefined, { env }))).env).toEqual([]);
		expect(await names({ flags: CHILD })).toEqual([]);
	});

	test("names each bad flag and variable", async () => {
		const env = { VAULT_ADDR: "vault:8200", VAULT_SKIP_VERIFY: "maybe", VAULT_CLIENT_TIMEOUT: "soon" };
		const flags = {
			...CHILD,
			env: ["A", "B=sk-live"],
			templates: ["a.hbs"],
			onChange: "roling",
			pollInterval: "0.2s",
			logLevel: "inof",
		};

		const found = await problems(undefined, { env, flags });

		expect(found).toEqual([
			"VAULT_SKIP_VERIFY: expected true or false",
			"--env: expected NAME=path#field, such as OPENAI_API_KEY=secret/data/llm/openai#api_key",
			"--template: expected SOURCE:DESTINATION, such as openai.env.hbs:/vault/secrets/openai.env",
			"VAULT_ADDR: expected an address with its scheme, such as https://vault.example:8200",
			"VAULT_CLIENT_TIMEOUT: expected a duration such as 500ms, 30s, 5m or 24h, or a number of seconds",
			"--poll-interval: expected at least 1s",
			'--env B: expected a reference such as secret/data/llm/openai#api_key: a path, "#" and the name of a field',
			'--on-change: expected none, restart, rolling, or { signal: SIGHUP }; did you mean "rolling"?',
			'--log-level: expected trace, debug, info, warn or error; did you mean "info"?',
		]);
	});

	test("never guesses a server, unless none is needed", async () => {
		expect(await problems(undefined, { env: {} })).toEqual([
			"no Vault address; set VAULT_ADDR, pass --address, or write vault.address in the config file",
		]);
		expect((await loadConfig(given(undefined, { env: {}, needsServer: false }))).vault.addresses).toEqual([]);
	});

	test("warns of plain http to another machine and of an unchecked certificate", async () => {
		const env = { VAULT_ADDR: "http://vault:8200", VAULT_SKIP_VERIFY: "true" };
		const unchecked = { ...env, VAULT_ADDR: "https://vault:8200" };
		const local = { VAULT_ADDR: "http://127.0.0.1:8200" };

		expect((await loadConfig(given(undefined, { env }))).warnings).toEqual([
			"http://vault:8200 is plain http: everyone on the way can read the secrets; use https",
		]);
		expect((await loadConfig(given(undefined, { env: unchecked }))).warnings).toEqual([
			"VAULT_SKIP_VERIFY: the server's certificate is not checked; name its authority in ca_cert",
		]);
		expect(
			(await loadConfig(given("vault:\n  tls_skip_verify: true", { env: { VAULT_ADDR: "https://v" } })))
				.warnings,
		).toEqual(["agent.yaml:2:20: the server's certificate is not checked; name its authority in ca_cert"]);
		expect((await loadConfig(given(undefined, { env: local }))).warnings).toEqual([]);
	});
});

describe("loadConfig() with a file", () => {
	test("takes the example of docs/configuration.md", async () => {
		const page = readFileSync(join(DOCS, "configuration.md"), "utf8");
		const example = /<!-- This example is loaded by a test. -->\n```yaml\n([^]*?)```/.exec(page)?.[1];

		const config = await loadConfig(given(example, { env: {} }));

		expect(config).toMatchObject({
			vault: { namespace: "team-a" },
			templates: [
				{ source: "/etc/keyturn/templates/openai.env.hbs", format: "dotenv", mode: 0o640, group: "gateway" },
				{
					format: "json",
					onChange: [{ kind: "http", method: "POST", timeoutMs: 30_000 }],
					onDeleted: "remove",
				},
			],
			env: [{}, {}, { value: { kind: "template", secret: "database/creds/model-server" } }],
			auth: { removeSecretIdFile: true },
		});
		expect(config.warnings).toEqual([]);
	});

	test("lets a flag win over a variable, and that over the file", async () => {
		const text =
			"vault: { address: https://file, namespace: file }\npoll_interval: 5s\nenv: { A: a#file, B: b#file }";
		const env = { VAULT_ADDR: "https://variable", VAULT_NAMESPACE: "variable", B: "vault:b#variable" };
		const flags = { ...CHILD, address: "https://flag", env: ["A=a#flag"] };

		expect(await loadConfig(given(text, { env, flags }))).toMatchObject({
			vault: { addresses: ["https://flag"], namespace: "variable" },
			pollIntervalMs: 5000,
			env: [
				{ name: "A", value: { reference: { field: "flag" } } },
				{ name: "B", value: { reference: { field: "variable" } } },
			],
		});
	});

	test("fills the gaps of auto_auth from variables, and only those", async () => {
		const env = { VAULT_ADDR: "https://a", VAULT_ROLE_ID: "variable", VAULT_SECRET_ID: "variable" };
		const text = "auto_auth: { method: approle, mount_path: /team/, config: { role_id: file } }";

		const { auth } = await loadConfig(given(text, { env }));

		expect(auth).toMatchObject({ mountPath: "auth/team", secretId: { kind: "value" } });
		expect(auth?.method === "approle" && auth.roleId.kind === "value" && auth.roleId.value.reveal()).toBe(
			"file",
		);
	});

	test("takes JSON, anchors, merge keys, and nothing behind a key as left out", async () => {
		const json =
			'{\n\t"vault": {"address": ["https://a", "https://b"], "tls_skip_verify": "${SKIP}"},\n\t"exec": null\n}';
		const yaml = `templates:
  - &base { source: a, destination: /a, mode: "0640", on_change: none }
  - { <<: *base, destination: /b }
exec:`;

		expect((await loadConfig(given(json, { env: { SKIP: "true" } }))).vault).toMatchObject({
			addresses: ["https://a", "https://b"],
			tls: { skipVerify: true },
		});
		expect((await loadConfig(given(yaml))).templates).toMatchObject([
			{ destination: "/a", mode: 0o640 },
			{ destination: "/b", mode: 0o640, source: "/etc/keyturn/a" },
		]);
	});

	test("keeps the spelling of numbers in a command", async () => {
		const { exec } = await loadConfig(given("exec: { command: [gw, --port, 4000, 1.10, 0600, true] }"));

		expect(exec?.command).toEqual(["gw", "--port", "4000", "1.10", "0600", "true"]);
	});

	test("replaces ${VAR} in values but not in templates", async () => {
		const text = `vault: { namespace: "\${NS:-}", timeout: "\${T:-5}" }
templates: [{ contents: "\${HOME}", destination: "/\${DIR}/$\${x}" }]`;

		const config = await loadConfig(given(text, { env: { VAULT_ADDR: "https://a", DIR: "run", NS: "" } }));

		expect(config.vault).not.toHaveProperty("namespace");
		expect(config.vault.timeoutMs).toBe(5000);
		expect(config.templates).toMatchObject([{ contents: "${HOME}", destination: "/run/${x}" }]);
	});

	test("gives a template the child's on_change, or none without a child", async () => {
		const text = "templates: [{ source: a, destination: /a }]";
		const kind = async (flags: ConfigInput["flags"]) =>
			(await loadConfig(given(text, { flags }))).templates[0]?.onChange.map((one) => one.kind);

		expect(await kind({})).toEqual([]);
		expect(await kind(CHILD)).toEqual(["restart"]);
		expect(await kind({ ...CHILD, onChange: "none" })).toEqual([]);
	});

	test("is frozen all the way down", async () => {
		const config = await loadConfig(given("templates: [{ source: a, destination: /a }]"));

		expect(() => Object.assign(config.templates[0] ?? {}, { mode: 0 })).toThrow(TypeError);
		expect(() => Object.assign(config.vault.tls, { skipVerify: true })).toThrow(TypeError);
	});

	test("a sink whose token is revoked before anybody can use it is warned of", async () => {
		const autoAuth = {
			method: "approle",
			config: { role_id: "r" },
			sinks: [{ path: "token" }],
			revoke_on_shutdown: true,
		};
		const file = (exit: boolean) =>
			JSON.stringify({
				vault: { address: "https://vault.example" },
				auto_auth: autoAuth,
				exit_after_auth: exit,
			});

		expect((await loadConfig(given(file(true)))).warnings).toEqual([
			expect.stringMatching(/^auto_auth.revoke_on_shutdown takes the token out of the sinks again/),
		]);
		expect((await loadConfig(given(file(false)))).warnings).toEqual([]);
	});

	test("says that a variable which names no field in Vault reaches the child as it is", async () => {
		const env = {
			A: "vault:secret/data/llm/openai",
			B: "vault:8200",
			C: "vault://host/path",
			D: "vault:secret/data/x#y",
			E: "vault:secret/data/llm/other",
		};

		const { warnings } = await loadConfig(
			given("exec: { command: [x], inherit_env: [A, B, C, D] }", {
				env: { VAULT_ADDR: "http://127.0.0.1:8200", ...env },
			}),
		);

		expect(warnings).toEqual([
			"variable A begins with vault: and names no field, so it is passed on as it is; write vault:path#field",
		]);
	});

	test("says that variables without a child go nowhere", async () => {
		const { warnings } = await loadConfig(given("env: { A: a#b }"));

		expect(warnings).toEqual([
			"env names variables, but there is no child to get them; add exec.command, or write it after --",
		]);
	});

	test.each([
		["ENOENT", "agent.yaml: there is no such config file; check --config or AGENT_CONFIG"],
		[
			"EACCES",
			"agent.yaml: this user may not read the config file; check its owner and mode, and those of its folder",
		],
		["EISDIR", "agent.yaml: this is a folder; name the config file in it"],
		["EIO", "agent.yaml: cannot read the config file (EIO)"],
	])("tells what %s means", async (code, expected) => {
		const readFile = () => Promise.reject(Object.assign(new Error("no"), { code }));

		expect(await problems("", { readFile })).toEqual([expected]);
	});
});

describe("loadConfig() on a bad file", () => {
	test("names every problem at its line and column, in order", async () => {
		const text = `vault:
  adress: https://x
  tls_skip_verify: "false"
auto_auth:
  method: kubernets
  config: { role_id: [planted-1], secret_id: "\${NOPE}" }
listener: { address: 127.0.0.1 }
templates:
  - source: a
    destinaton: /x
    mode: 0600
  - destination: "/a/\${MISSING}"
    on_change: { signl: SIGHUP }
  - source:
    destination: /b
    on_change: restar
    on_deleted: remov
env:
  A:
  B: planted-2
  C-D: a#b
  E: { secret: a }
exec:
  command: litellm --config
  listen: 1
poll_interval: 0.5s
`;
		expect(await problems(text)).toEqual([
			'agent.yaml:2:3: unknown key "adress" in vault; did you mean "address"?',
			"agent.yaml:3:20: vault.tls_skip_verify: expected true or false",
			'agent.yaml:5:11: auto_auth.method: expected approle, cert, jwt, kubernetes or token; did you mean "kubernetes"?',
			"agent.yaml:6:22: auto_auth.config.role_id: expected text",
			"agent.yaml:6:47: variable NOPE is not set; set it, or write ${NOPE:-default}",
			"agent.yaml:7:22: listener.address: expected host:port such as 127.0.0.1:8190, or unix:/path",
			'agent.yaml:9:5: templates[0] lacks "destination"',
			'agent.yaml:10:5: unknown key "destinaton" in templates[0]; did you mean "destination"?',
			'agent.yaml:11:11: templates[0].mode: expected a file mode in quotes, such as "0600"',
			"agent.yaml:12:22: variable MISSING is not set; set it, or write ${MISSING:-default}",
			'agent.yaml:13:18: unknown key "signl" in templates[1].on_change; did you mean "signal"?',
			'agent.yaml:16:16: templates[2].on_change: expected none, restart, rolling, a map with signal, command or http, or a list of these; did you mean "restart"?',
			'agent.yaml:17:17: templates[2].on_deleted: expected keep or remove; did you mean "remove"?',
			"agent.yaml:19:5: env.A: expected a reference such as secret/data/llm/openai#api_key, or a map",
			'agent.yaml:20:6: env.B: expected a reference such as secret/data/llm/openai#api_key: a path, "#" and the name of a field',
			"agent.yaml:21:3: env.C-D: expected a variable's name: letters, digits and _, no digit first",
			"agent.yaml:22:6: env.E: secret and template belong together",
			"agent.yaml:24:12: exec.command: expected a list such as [litellm, --config, config.yaml], not one string: there is no shell that takes it apart",
			"agent.yaml:25:11: exec.listen: expected an address with its host: 127.0.0.1:1 for this machine alone, or 0.0.0.0:1 for others too",
			"agent.yaml:26:16: poll_interval: expected at least 1s",
		]);
	});

	test.each(["contents: '${NOPE}'", "secret: secret/data/a, template: '${NOPE}'"])(
		"leaves the text of a variable's template alone: { %s }",
		async (words) => {
			const config = await loadConfig(given(`env: { KEY: { ${words} } }`));

			expect(JSON.stringify(config.env)).toContain("${NOPE}");
		},
	);

	test.each([
		["a: 1\na: 2", ["agent.yaml:2:1: this key stands twice in the same map"]],
		[
			"vault: {",
			["agent.yaml:1:9: this line is not indented like its neighbours, or a bracket is not closed"],
		],
		["exec:\n\tcommand: [a]", ["agent.yaml:2:1: YAML is indented with spaces, not tabs"]],
		["- a", ["agent.yaml:1:1: expected a map of keys, such as vault: and templates:"]],
		["exec: *nope", ["agent.yaml:1:7: this alias (*name) has no anchor (&name) before it"]],
		[
			"log: { level: !x info }",
			["agent.yaml:1:15: unknown tag (!name); a text that starts with ! needs quotes"],
		],
		["log: &a { level: *a }", ["agent.yaml:1:18: this alias (*name) stands for what it is a part of"]],
		[aliases(), ["agent.yaml:1:1: the file's aliases make it too large"]],
		[
			'exec: { command: ["${a b}"] }',
			[
				'agent.yaml:1:20: cannot read what follows "${": write ${NAME}, ${NAME:-default}, or $${ for a plain ${',
			],
		],
	])("refuses %j", async (text, expected) => {
		expect(await problems(text)).toEqual(expect.arrayContaining(expected));
	});

	test.each([
		[
			"templates: [{ source: a, destination: /a }, { source: b, destination: /x/../a }]",
			"agent.yaml:1:71: templates[1].destination: another template writes this file",
		],
		["templates: [{ destination: /a }]", 'agent.yaml:1:13: templates[0] lacks "source" or "contents"'],
		[
			"templates: [{ source: a, contents: b, destination: /a }]",
			"agent.yaml:1:36: templates[0] holds source and contents; keep one of them",
		],
		[
			"templates: [{ source: a, destination: a }]",
			"agent.yaml:1:39: templates[0].destination: this is the template's own source",
		],
		[
			"templates: [{ source: a, destination: /a, on_change: restart }]",
			"agent.yaml:1:54: templates[0].on_change: restart needs a child; add exec.command, or write it after --",
		],
		[
			"templates: [{ source: a, destination: /a, on_change: { signal: SIGHUP } }]",
			"agent.yaml:1:54: templates[0].on_change: signal needs a child; add exec.command, or write it after --",
		],
		[
			"templates: [{ source: a, destination: /a, on_change: { signal: SIGHUP, command: [a] } }]",
			"agent.yaml:1:54: templates[0].on_change: expected only one of signal, command",
		],
		["exec: { stop_timeout: 1s }", 'agent.yaml:1:7: exec lacks "command"; add it, or write it after --'],
		[
			"exec: { command: [] }",
			"agent.yaml:1:18: exec.command: expected the program to start as the first of the list",
		],
		[
			"exec: { command: [a], on_change: { signal: SIGHUP } }\nenv: { A: a#b }",
			"agent.yaml:1:34: exec.on_change: signal cannot go with env: a running process cannot take new variables; use restart or rolling, templates instead of env, or exec.fixed_env: true",
		],
		[
			"exit_after_auth: true\nexec: { command: [a] }",
			"agent.yaml:1:18: exit_after_auth cannot go with exec: an init container runs no child; leave one of them out",
		],
		[
			"exec: { command: [a], stop_signal: HUP }",
			'agent.yaml:1:36: exec.stop_signal: expected a signal such as SIGHUP; did you mean "SIGHUP"?',
		],
		[
			"vault: { client_cert: a }",
			"agent.yaml:1:23: vault.client_cert and vault.client_key belong together; one is missing",
		],
		[
			"auto_auth: { method: approle }",
			"agent.yaml:1:12: auto_auth.config lacks role_id_file_path or role_id, and VAULT_ROLE_ID is not set",
		],
		[
			"auto_auth: { method: token, config: { role_id: a } }",
			"agent.yaml:1:39: auto_auth.config.role_id does not belong to method token",
		],
		[
			"auto_auth: { method: approle, config: { role_id: a, role_id_file_path: b } }",
			"agent.yaml:1:41: auto_auth.config holds role_id and role_id_file_path; keep one of them",
		],
		[
			"auto_auth: { method: approle, config: { role_id: a }, min_backoff: 1h }",
			"agent.yaml:1:68: auto_auth.min_backoff: expected no more than max_backoff",
		],
	])("refuses %s", async (text, expected) => {
		expect(await problems(text)).toContain(expected);
	});

	test("refuses an address with a password, without showing it", async () => {
		const found = await problems("vault: { address: https://u:planted@a }", { env: {} });

		expect(found).toEqual([
			"agent.yaml:1:19: vault.address: an address must not hold a user name or a password",
		]);
	});

	test("refuses variables together with --on-change none", async () => {
		const flags = { ...CHILD, env: ["A=a#b"], onChange: "none" };

		expect(await problems(undefined, { flags })).toEqual([
			"--on-change: exec.on_change: none cannot go with env: a running process cannot take new variables; use restart or rolling, templates instead of env, or exec.fixed_env: true",
		]);
	});

	test("refuses --exit-after-auth together with a child", async () => {
		const flags = { exitAfterAuth: true };

		expect(await problems("exec: { command: [a] }", { flags })).toEqual([
			"--exit-after-auth: exit_after_auth cannot go with exec: an init container runs no child; leave one of them out",
		]);
	});
});

test("publicTexts() gives what stands in the open and no credential", async () => {
	const env = {
		VAULT_ADDR: "https://vault",
		VAULT_ROLE_ID: "planted",
		VAULT_SECRET_ID_FILE: "/run/secret-id",
	};
	const text = `templates: [{ source: a.hbs, destination: /run/a.env }]
env: { KEY: secret/data/a#field, DB: { secret: database/creds/x, template: planted } }
exec: { command: [gateway, planted] }`;

	expect(publicTexts(await loadConfig(given(text, { env })))).toEqual([
		"https://vault",
		"auth/approle",
		"/run/secret-id",
		"/etc/keyturn/a.hbs",
		"/run/a.env",
		"KEY",
		"secret/data/a",
		"field",
		"DB",
		"database/creds/x",
		"gateway",
	]);
});

test("configJsonSchema() is what docs/config.schema.json holds", () => {
	expect(JSON.parse(readFileSync(join(DOCS, "config.schema.json"), "utf8"))).toEqual(configJsonSchema());
});
