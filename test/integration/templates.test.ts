import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { parse as dotenv } from "dotenv";
import { describe, expect, test } from "vitest";
import { parse as yaml } from "yaml";
import { parseJson } from "../../src/kernel/mod.ts";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { openVault, type Vault } from "../support/vault.ts";

const TEMPLATES = join(import.meta.dirname, "..", "..", "templates");

/** What a value may hold that a reader of some format stops at. */
const NASTY = {
	dollar: "p$(touch /tmp/no)$HOME`id`",
	quote: "it's; rm -rf x #",
	double: 'say "hi" \\"\\',
	newline: "line 1\nOTHER=injected\n",
	yaml: "a: b\n- *x &y !z %",
	comment: "#not a comment",
	blank: " a ",
	equals: "a=b=c",
	unicode: "ключ 字 😀 é",
	json: '{"a": [1, "\\u0041"]}',
} as const;
/** Those of them that the readers of env files all read alike. */
const { yaml: _yaml, double: _double, ...COMMON } = NASTY;

type Fields = Parameters<Vault["put"]>[1];

/** Renders a ready template with the built agent, as a user would. @returns the text, and what was said */
async function rendered(name: string, secrets: Readonly<Record<string, Fields>>, env = {}) {
	const vault = await openVault();
	for (const [path, fields] of Object.entries(secrets)) vault.put(`secret/data/llm/${path}`, fields);
	const place = folder();
	const destination = place.at(name.replace(/\.hbs$/, ""));
	const templates = [{ source: join(TEMPLATES, name), destination }];
	const config = place.write("agent.yaml", JSON.stringify({ templates }));
	const { code, stderr } = await runAgent(["render", "-c", config], { env: { ...vault.env, ...env } });
	return { code, stderr, destination, text: code === 0 ? readFileSync(destination, "utf8") : "" };
}

/** The named variables of a file as a shell sees them that sources it. */
function sourced(file: string, names: readonly string[]): Record<string, string> {
	const script = `. "$1"; shift; for name; do eval "printf '%s\\\\0' \\"\\$$name\\""; done`;
	const out = execFileSync("/bin/sh", ["-c", script, "sh", file, ...names], { env: {}, encoding: "utf8" });
	return Object.fromEntries(out.split("\0").flatMap((value, at) => (names[at] ? [[names[at], value]] : [])));
}

test("templates/ holds no template that is not tried here", () => {
	const names = [
		"agentgateway.config.yaml.hbs",
		"dotenv.env.hbs",
		"litellm.config.yaml.hbs",
		"litellm.env.hbs",
		"openai.env.hbs",
		"secret.json.hbs",
	];
	expect(readdirSync(TEMPLATES).filter((name) => name.endsWith(".hbs"))).toEqual(names);
});

describe("templates/dotenv.env.hbs", () => {
	const env = { SECRET_PATH: "secret/data/llm/nasty" };

	test("gives every field back to Node, dotenv and sh", async () => {
		const { text, destination, stderr } = await rendered("dotenv.env.hbs", { nasty: COMMON }, env);

		expect(stderr).not.toContain("error");
		expect({ ...parseEnv(text) }).toEqual(COMMON);
		expect(dotenv(text)).toEqual(COMMON);
		expect(sourced(destination, Object.keys(COMMON))).toEqual(COMMON);
	});

	test("writes nothing but variables, so that every reader takes it", async () => {
		const { text } = await rendered("dotenv.env.hbs", { nasty: { A: "1", B: "2" } }, env);

		expect(text).toBe("A=1\nB=2\n");
	});

	test("refuses a name that no variable can have", async () => {
		const { code, stderr } = await rendered("dotenv.env.hbs", { nasty: { "api-key": "x" } }, env);

		expect(code).toBe(6);
		expect(stderr).toContain("is no name that a variable can have");
	});
});

describe("templates/secret.json.hbs", () => {
	const env = { SECRET_PATH: "secret/data/llm/nasty" };

	test("is the secret as a JSON object", async () => {
		const fields = { ...NASTY, "my-key": "x", "a.b": "y", nested: { list: [1, true, null, "z"] } };
		const { text } = await rendered("secret.json.hbs", { nasty: fields }, env);

		expect(JSON.parse(text)).toEqual(fields);
	});

	test("keeps the digits of numbers", async () => {
		const digits = parseJson('{"id":12345678901234567890,"price":1.10}') as Fields;
		const { text } = await rendered("secret.json.hbs", { nasty: digits }, env);

		expect(text).toBe('{"id":12345678901234567890,"price":1.10}\n');
	});
});

describe("templates/litellm.env.hbs", () => {
	test("gives the keys of the providers that have a secret", async () => {
		const { text, destination } = await rendered("litellm.env.hbs", {
			openai: { api_key: NASTY.dollar, organization: NASTY.quote },
			azure: { api_key: NASTY.comment, api_base: "https://x.openai.azure.com/?a=1&b=2" },
			litellm: { master_key: NASTY.newline },
		});

		const wanted = {
			OPENAI_API_KEY: NASTY.dollar,
			OPENAI_ORGANIZATION: NASTY.quote,
			AZURE_API_KEY: NASTY.comment,
			AZURE_API_BASE: "https://x.openai.azure.com/?a=1&b=2",
			AZURE_API_VERSION: "2024-10-21",
			LITELLM_MASTER_KEY: NASTY.newline,
		};
		expect({ ...parseEnv(text) }).toEqual(wanted);
		expect(dotenv(text)).toEqual(wanted);
		expect(sourced(destination, Object.keys(wanted))).toEqual(wanted);
		expect(text).toContain("# no secret for anthropic\n");
	});

	test("takes a secret without its key for an error", async () => {
		const { code, stderr } = await rendered("litellm.env.hbs", { openai: { apikey: "x" } });

		expect(code).toBe(4);
		expect(stderr).toContain("api_key");
	});
});

describe("templates/litellm.config.yaml.hbs", () => {
	test("has a model for every secret that describes one, in YAML 1.1 and 1.2", async () => {
		const { text } = await rendered("litellm.config.yaml.hbs", {
			no: { model: "openai/gpt-5", api_key: NASTY.yaml, rpm: 60 },
			"azure-gpt": {
				model: "azure/gpt: 5",
				api_key: NASTY.double,
				api_base: NASTY.dollar,
				api_version: "2024-10-21",
			},
			other: { password: "not a model" },
		});

		const wanted = {
			model_list: [
				{
					model_name: "azure-gpt",
					litellm_params: {
						model: "azure/gpt: 5",
						api_key: NASTY.double,
						api_base: NASTY.dollar,
						api_version: "2024-10-21",
					},
				},
				{ model_name: "no", litellm_params: { model: "openai/gpt-5", api_key: NASTY.yaml, rpm: 60 } },
			],
		};
		expect(yaml(text, { version: "1.1" })).toEqual(wanted);
		expect(yaml(text, { version: "1.2" })).toEqual(wanted);
	});
});

describe("templates/openai.env.hbs", () => {
	test("gives the key, and the organization where there is one", async () => {
		const both = await rendered("openai.env.hbs", { openai: { api_key: NASTY.dollar, organization: "o-1" } });
		const one = await rendered("openai.env.hbs", { openai: { api_key: NASTY.quote } });

		expect({ ...parseEnv(both.text) }).toEqual({
			OPENAI_API_KEY: NASTY.dollar,
			OPENAI_ORGANIZATION: "o-1",
		});
		expect({ ...parseEnv(one.text) }).toEqual({ OPENAI_API_KEY: NASTY.quote });
	});
});

describe("templates/agentgateway.config.yaml.hbs", () => {
	test("has a model for every secret that describes one", async () => {
		const { text } = await rendered("agentgateway.config.yaml.hbs", {
			smart: { provider: "openAI", model: "gpt-5", api_key: NASTY.yaml },
			yes: { provider: "anthropic", model: "claude: 4", api_key: NASTY.double },
			other: { password: "not a model" },
		});

		const wanted = {
			llm: {
				port: 4000,
				models: [
					{ name: "smart", provider: "openAI", params: { model: "gpt-5", apiKey: NASTY.yaml } },
					{ name: "yes", provider: "anthropic", params: { model: "claude: 4", apiKey: NASTY.double } },
				],
			},
		};
		expect(yaml(text, { version: "1.1" })).toEqual(wanted);
		expect(yaml(text, { version: "1.2" })).toEqual(wanted);
	});
});
