import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { COMMANDS } from "../../src/cli/command-list.ts";
import { configIn } from "../support/agent-config.ts";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { treeOf } from "../support/tree.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const QUIET = ["--log-level", "error"];
const TEMPLATE = `# the key\n{{#secret "${OPENAI}"}}\nKEY={{api_key}}\nREGION=eu\n{{/secret}}\n`;

async function scene() {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-planted-1" });
	const place = folder();
	place.write("key.hbs", TEMPLATE);
	return { vault, place };
}

async function renderingScene() {
	const { vault, place } = await scene();
	const config = configIn(place, vault, {
		templates: [
			{
				source: "key.hbs",
				destination: "out/key.env",
				mode: "0640",
				on_change: { command: ["reload", "now"] },
			},
		],
		env: { KEY: `${OPENAI}#api_key` },
		exec: { command: ["true"] },
	});
	const render = (...args: string[]) =>
		runAgent(["render", "-c", config, ...QUIET, ...args], { env: vault.env });
	return { vault, place, render };
}

const contentOf = (place: Folder) => readFileSync(place.at("out/key.env"), "utf8");

test("render writes once and turns nothing over; a second time nothing has changed", async () => {
	const { place, render } = await renderingScene();

	const first = await render();
	const second = await render();

	const line = `${place.at("out/key.env")} (0640, dotenv)\nenv    KEY=••••\n`;
	expect([first.code, first.stderr, first.stdout]).toEqual([0, "", `wrote  ${line}`]);
	expect([second.code, second.stdout]).toEqual([0, `unchanged  ${line}`]);
	expect(contentOf(place)).toBe("# the key\nKEY=sk-planted-1\nREGION=eu\n");
	expect(statSync(place.at("out/key.env")).mode & 0o777).toBe(0o640);
});

test("render --dry-run shows what would be written, values masked, and what would follow", async () => {
	const { place, render } = await renderingScene();
	const before = treeOf(place.path);

	const { code, stdout } = await render("--dry-run");

	expect(code).toBe(0);
	expect(stdout).toBe(
		`would write  ${place.at("out/key.env")} (0640, dotenv), then run reload\n    # the key\n    KEY=••••\n    REGION=eu\n    \nenv    KEY=••••\n`,
	);
	expect(treeOf(place.path)).toEqual(before);
});

test("render --diff shows changed, new and gone lines, no value of either side", async () => {
	const { vault, place, render } = await renderingScene();
	await render();
	place.write("out/key.env", `${contentOf(place)}GONE=sk-planted-gone\n`);
	place.write("key.hbs", TEMPLATE.replace("REGION=eu", "REGION=eu\nNEW={{api_key}}"));
	vault.put(OPENAI, { api_key: "sk-planted-2" });
	const before = treeOf(place.path);

	const { code, stdout } = await render("--diff");

	expect(code).toBe(0);
	expect(stdout.split("\n").slice(1)).toEqual([
		"    # the key",
		"  ~ KEY=••••",
		"    REGION=eu",
		"  + NEW=••••",
		"  - ••••",
		"env    KEY=••••",
		"",
	]);
	expect(stdout).not.toContain("planted");
	expect(treeOf(place.path)).toEqual(before);
});

test.each(["--dry-run", "--diff"])(
	"render %s takes nothing from the agent that is to log in",
	async (flag) => {
		const { vault, place } = await scene();
		place.write("secret-id", vault.secretId);
		const config = configIn(place, vault, {
			auto_auth: {
				method: "approle",
				config: { role_id: vault.roleId, secret_id_file_path: "secret-id" },
				sinks: [{ path: "token" }],
			},
			templates: [{ source: "key.hbs", destination: "out/key.env" }],
		});
		const before = treeOf(place.path);

		const { code, stdout } = await runAgent(["render", "-c", config, ...QUIET, flag]);

		expect([code, stdout.split(" ")[0]]).toEqual([0, "would"]);
		expect(treeOf(place.path)).toEqual(before);
		expect(vault.count("auth/token/revoke-self")).toBe(1);
	},
);

test("render names every file that cannot be rendered, and ends with the first", async () => {
	const { vault, place } = await scene();
	const broken = (field: string) => ({
		contents: `{{#secret "${OPENAI}"}}{{${field}}}{{/secret}}`,
		destination: `out/${field}.txt`,
	});
	const config = configIn(place, vault, { templates: [broken("one"), broken("two")] });

	const { code, stderr } = await runAgent(["render", "-c", config, "--log-format", "pretty"], {
		env: vault.env,
	});

	expect(code).toBe(4);
	expect(stderr).toContain(`render failed ${place.at("out/two.txt")}: field "two" is not in ${OPENAI}`);
	expect(stderr).toContain(`error: field "one" is not in ${OPENAI}`);
});

test("render --json tells programs the same, without values", async () => {
	const { place, render } = await renderingScene();

	const dry = await render("--json", "--dry-run");
	const real = await render("--json");

	const file = { kind: "file", destination: place.at("out/key.env"), format: "dotenv", mode: "0640" };
	const units = [
		{ ...file, changed: true, on_change: "command" },
		{ kind: "variable", name: "KEY" },
	];
	expect(JSON.parse(dry.stdout)).toEqual({ dry_run: true, units });
	expect(JSON.parse(real.stdout)).toEqual({ dry_run: false, units });
	expect(contentOf(place)).toContain("sk-planted-1");
});

test("render tells of what a Go template writes beside its own file, and of a field that is not there", async () => {
	const { vault, place } = await scene();
	const side = place.at("side");
	const contents = `{{ with secret "${OPENAI}" }}{{ .Data.data.api_key | writeToFile "${side}" "" "" "0640" }}K={{ .Data.data.apikey }}{{ end }}`;
	const template = { contents, destination: "key.env", language: "go", error_on_missing_key: false };
	const config = configIn(place, vault, { templates: [template] });
	const render = (...args: string[]) => runAgent(["render", "-c", config, ...args], { env: vault.env });

	const dry = await render("--dry-run");
	const done = await render("--json");

	const [name, about] = [place.at("key.env"), "0640, by the template above"];
	expect(dry.stdout).toBe(
		`would write  ${name} (0600, dotenv)\n    K=<no value>\nwould write  ${side} (${about})\n`,
	);
	expect(dry.log.find(({ event }) => event === "template")).toMatchObject({ path: OPENAI, field: "apikey" });
	expect(JSON.parse(done.stdout)).toMatchObject({
		units: [{ changed: true, beside: [{ destination: side, mode: "0640", changed: true }] }],
	});
	expect(readFileSync(side, "utf8")).toBe("sk-planted-1");
	expect(dry.stdout + dry.stderr).not.toContain("sk-planted-1");
});

test.each(["render", "run"])(
	"%s takes templates from the command line, from the folder it is in",
	async (command) => {
		const { vault, place } = await scene();
		const args = [
			command,
			...QUIET,
			"--template",
			"key.hbs:out/key.env",
			"--template",
			"key.hbs:out/second.env",
		];

		const { code, stderr } = await runAgent([...args, ...(command === "run" ? ["--", "true"] : [])], {
			env: vault.env,
			cwd: place.path,
		});

		expect([code, stderr]).toEqual([0, ""]);
		expect(place.entries("out").filter((name) => !name.startsWith("."))).toEqual(["key.env", "second.env"]);
		expect(contentOf(place)).toBe("# the key\nKEY=sk-planted-1\nREGION=eu\n");
	},
);

test.each([
	[["render"], "there is nothing to render"],
	[["start"], "there is nothing to render"],
	[["run", "--env", `KEY=${OPENAI}#api_key`], "there is no command to run"],
])("%j has nothing to do, and says so with 2", async (args, message) => {
	const { vault } = await scene();

	const { code, stdout, stderr } = await runAgent(args, { env: vault.env });

	expect([code, stdout]).toEqual([2, ""]);
	expect(stderr).toContain(message);
});

test("validate names every path with the least policy for it, without a server or a login", async () => {
	const place = folder();
	place.write("key.hbs", TEMPLATE);
	const config = place.write(
		"agent.yaml",
		JSON.stringify({
			templates: [
				{ source: "key.hbs", destination: "out/key.env" },
				{ contents: '{{#each (secrets "secret/metadata/llm")}}{{this}} {{/each}}', destination: "out/names" },
				{ contents: '{{#secret (env "WHERE")}}{{x}}{{/secret}}', destination: "out/x" },
			],
		}),
	);

	const text = await runAgent(["validate", "-c", config]);
	const json = await runAgent(["validate", "-c", config, "--json"]);

	const policy = [
		`path "${OPENAI}" { capabilities = ["read"] }`,
		'path "secret/metadata/llm" { capabilities = ["list"] }',
	];
	expect([text.code, text.stderr]).toEqual([0, ""]);
	expect(text.stdout).toContain(`${config} is valid: 3 to render, 2 to read\n`);
	expect(text.stdout).toContain(`read     ${OPENAI}   (${place.at("key.hbs")})\n`);
	expect(text.stdout).toContain("known only when it is rendered\n");
	expect(text.stdout).toContain(policy.join("\n"));
	expect(JSON.parse(json.stdout)).toMatchObject({ valid: true, config, policy, computed: [{ line: 1 }] });
	expect(place.entries()).toEqual(["agent.yaml", "key.hbs"]);
});

test("validate does not call nothing valid: the file was not named", async () => {
	const { vault, place } = await scene();
	configIn(place, vault, {});

	const { code, stderr } = await runAgent(["validate"], { cwd: place.path, env: vault.env });

	expect(code).toBe(2);
	expect(stderr).toContain("name a config file with --config or AGENT_CONFIG");
});

test("validate fails with 2 on what start would refuse, and says so to programs as well", async () => {
	const place = folder();
	const config = place.write("agent.yaml", '{"templates": [{"destination": "x", "sorce": "y"}]}');

	const text = await runAgent(["validate", "-c", config]);
	const json = await runAgent(["validate", "-c", config, "--json"]);

	const message = 'unknown key "sorce" in templates[0]; did you mean "source"?';
	expect([text.code, json.code]).toEqual([2, 2]);
	expect(text.stderr).toContain(message);
	expect(JSON.parse(json.stdout)).toMatchObject({ valid: false });
	expect(json.stdout).toContain("did you mean");
});

test("schema prints the JSON Schema that is kept in docs", async () => {
	const { code, stdout } = await runAgent(["schema"]);

	expect(code).toBe(0);
	const kept = readFileSync(new URL("../../docs/config.schema.json", import.meta.url), "utf8");
	expect(JSON.parse(stdout)).toEqual(JSON.parse(kept));
});

test("dev starts a server that another agent logs in to, and ends with 0 on SIGTERM", async () => {
	const place = folder();
	const seed = place.write(
		"seed.json",
		JSON.stringify({
			secrets: { "secret/llm/openai": { api_key: "sk-seeded" } },
			policies: { reader: 'path "secret/data/llm/*" { capabilities = ["read"] }' },
			approles: { gateway: { token_policies: ["reader"] } },
		}),
	);
	const server = startAgent(["dev", "--listen", "127.0.0.1:0", "--json", "--seed", seed]);
	const said = await eventually(() => JSON.parse(server.stdout()) as Record<string, unknown>);
	const { gateway } = said["approles"] as Record<string, { role_id: string; secret_id: string }>;

	const { stdout } = await runAgent(
		["run", "--env", `KEY=${OPENAI}#api_key`, "--", "sh", "-c", 'printf %s "$KEY"'],
		{
			env: {
				VAULT_ADDR: String(said["address"]),
				VAULT_ROLE_ID: gateway?.role_id ?? "",
				VAULT_SECRET_ID: gateway?.secret_id ?? "",
			},
		},
	);
	server.signal("SIGTERM");

	expect(stdout).toBe("sk-seeded");
	expect(said["address"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
	expect(await server.ended).toBe(0);
});

test("dev refuses a seed with a key that it would not read", async () => {
	const seed = folder().write("seed.json", JSON.stringify({ database: { static_rols: {} } }));

	const { code, stderr } = await runAgent(["dev", "--seed", seed]);

	expect(code).toBe(2);
	expect(stderr).toContain('unknown key "static_rols"');
	expect(stderr).toContain('did you mean "static_roles"?');
});

test("what dev prints can be run by a shell as it is", async () => {
	const server = startAgent(["dev", "--listen", "127.0.0.1:0", "--root-token", "root"]);
	await eventually(() => expect(server.stdout()).toContain("# Ctrl-C ends it\n"));
	const script = `${server.stdout()}exec "$@"`;

	const { code, stdout } = await runAgent(["render", "--env", "X=secret/data/a#b", ...QUIET], {
		through: ["sh", "-c", script, "sh"],
	});

	expect(server.stdout()).toContain("# For development only");
	expect([code, stdout]).toEqual([4, ""]); // logged in, and there is no such secret
});

test.each([
	[["dev", "--listen", "0.0.0.0:0"], "the development server listens on loopback alone"],
	[["dev", "--listen", "foo"], '--listen: "foo" is no address, expected host:port'],
	[["dev", "--listen", "127.0.0.1:0", "--tls-dir", "/dev/null/x"], 'Cannot write "/dev/null/x"'],
	[["dev", "--seed", "nope.json"], "--seed nope.json: cannot be read (ENOENT)"],
	[["strat"], "unknown command 'strat'\n(Did you mean start?)"],
	[["start", "--pol-interval", "5s"], "unknown option '--pol-interval'\n(Did you mean --poll-interval?)"],
	[["start", "extra"], "too many arguments"],
	[["start", "--log-level", "loud"], "Allowed choices are trace, debug, info, warn, error."],
	[["run", "--poll-interval", "10ms", "--", "true"], "--poll-interval: expected at least 1s"],
	[["start", "--timeout", "5x"], "--timeout: expected a duration such as 500ms, 30s, 5m or 24h"],
])("%j is refused with 2: %s", async (args, message) => {
	const { code, stdout, stderr } = await runAgent(args);

	expect([code, stdout]).toEqual([2, ""]);
	expect(stderr).toMatch(/^error: /);
	expect(stderr).toContain(message);
});

test("--version", async () => {
	const { code, stdout } = await runAgent(["--version"]);

	expect([code, stdout]).toEqual([0, `keyturn ${manifest.version}\n`]);
});

test("--version --json says what runs, and what it can do", async () => {
	const { code, stdout } = await runAgent(["--version", "--json"]);

	expect(code).toBe(0);
	expect(JSON.parse(stdout)).toMatchObject({
		name: "keyturn",
		version: manifest.version,
		node: process.versions.node,
		v8: process.versions.v8,
		platform: process.platform,
		arch: process.arch,
		features: {
			commands: expect.arrayContaining(["start", "run", "render"]),
			auth_methods: expect.arrayContaining(["approle", "token"]),
			formats: expect.arrayContaining(["dotenv", "yaml"]),
		},
	});
});

test("--help lists every command and exit code", async () => {
	const { code, stdout } = await runAgent(["--help"]);

	expect(code).toBe(0);
	for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
	for (const exit of [0, 1, 2, 3, 4, 5, 6]) expect(stdout).toMatch(new RegExp(`^  ${exit}  \\w`, "m"));
});

describe.each(COMMANDS)("agent $name", ({ name }) => {
	test("has help with an example that can be typed", async () => {
		const { code, stdout, stderr } = await runAgent([name, "--help"]);

		expect([code, stderr]).toEqual([0, ""]);
		expect(stdout).toMatch(new RegExp(`^Usage: agent ${name} `));
		expect(stdout).toMatch(new RegExp(`^Example:\\n  agent ${name} ?`, "m"));
	});

	test("takes the flags of every command", async () => {
		const common = ["-c", "x.yaml", "--config", "x.yaml", "--log-level", "warn", "--log-format", "json"];

		const { code, stderr } = await runAgent([name, ...common, "--help"]);

		expect([code, stderr]).toEqual([0, ""]);
	});

	test("names the nearest flag", async () => {
		const { code, stderr } = await runAgent([name, "--hepl"]);

		expect(code).toBe(2);
		expect(stderr).toContain("unknown option '--hepl'\n(Did you mean --help?)");
	});
});

test("every line of standard error is JSON, the last one says why it ended", async () => {
	const { vault } = await scene();
	const args = ["run", "--log-format", "json", "--env", `KEY=${OPENAI}#nope`, "--", "true"];

	const { code, stderr, log } = await runAgent(args, { env: vault.env });

	expect(code).toBe(4);
	expect(stderr.trimEnd().split("\n").length).toBe(log.length);
	expect(log.at(-1)).toMatchObject({
		level: "error",
		msg: `field "nope" is not in ${OPENAI} (version 1)`,
		code: "E_FIELD_MISSING",
		exit: 4,
		has: "api_key",
	});
});
