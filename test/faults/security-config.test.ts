import { describe, expect, test } from "vitest";
import { type Config, loadConfig } from "../../src/config/mod.ts";
import { AgentError } from "../../src/kernel/mod.ts";

// `agent validate` runs over configs that nobody has looked at yet, such as those of a pull request.

/** What a config comes to: itself, or the message of its refusal. */
async function read(text: string): Promise<Config | string> {
	try {
		return await loadConfig({
			file: "agent.yaml",
			readFile: () => Promise.resolve(text),
			env: {},
			flags: {},
			cwd: "/",
			isTerminal: false,
			needsServer: false,
		});
	} catch (error) {
		if (!(error instanceof AgentError) || error.code !== "E_CONFIG") throw error;
		return error.message;
	}
}

const letters = "abcdefghijklmnopqrstuv".split("");
const nine = (alias: string) => Array(9).fill(`*${alias}`).join();

/** Each line stands for nine times the line before. */
function multiplied(line: (name: string, before: string) => string): string {
	return letters.map((name, index) => line(name, letters[index - 1] ?? "")).join("\n");
}

describe("a config that costs more than it says is refused", () => {
	test.each([
		[
			"aliases that multiply",
			multiplied((name, before) => `${name}: &${name} [${before === "" ? "x" : nine(before)}]`),
		],
		[
			"merges that multiply",
			multiplied((name, before) => `${name}: &${name} {${before === "" ? "x: 1" : `<<: [${nine(before)}]`}}`),
		],
		["an alias of itself", "a: &a [*a]"],
		["a merge of itself", "a: &a {<<: *a}"],
		["lists without end", `templates: ${"[".repeat(20_000)}`],
		["lists within lists", `templates: ${"[".repeat(20_000)}${"]".repeat(20_000)}`],
		["maps within maps", Array.from({ length: 2000 }, (_, n) => `${" ".repeat(n)}a:`).join("\n")],
		["a variable without end", `vault: { address: '${"${A:-".repeat(100_000)}' }`],
		["variables that are none", `vault: { address: '${"${ ".repeat(100_000)}' }`],
		["a word without end", `vault: { address: ${"a".repeat(2 ** 20)} }`],
		["a key without end", `${"a".repeat(2 ** 20)}: 1`],
	])("%s", async (_what, text) => {
		const message = await read(text);

		expect(message).toEqual(expect.any(String));
	});
});

test.each([
	"__proto__: { log: { level: trace } }",
	"a: &a { __proto__: { log: { level: trace } } }\n<<: *a",
	"vault: { __proto__: { tls_skip_verify: true } }",
	"a: &a { __proto__: { tls_skip_verify: true } }\nvault: { <<: *a }",
	'{ "__proto__": { "log": { "level": "trace" } } }',
	"constructor: { prototype: { polluted: true } }",
])("a key that is called like a part of every object sets nothing: %j", async (text) => {
	const message = await read(text);

	expect(message).toMatch(/unknown key "(__proto__|constructor)"/);
	expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("a variable of the child may be called so, and is no more than that", async () => {
	const config = await read("env: { toString: secret/data/a#b, constructor: secret/data/a#c }");

	expect(typeof config === "string" ? config : config.env.map(({ name }) => name)).toEqual([
		"toString",
		"constructor",
	]);
});

test.each([
	"auto_auth: { method: approle, mount_path: auth/../sys, config: { role_id: r, secret_id: s } }",
	"auto_auth: { method: approle, mount_path: auth//x, config: { role_id: r, secret_id: s } }",
	"auto_auth: { method: approle, config: { role_id: r, secret_id: s, secret_id_response_wrapping_path: a/../b } }",
	"env: { A: secret/../x#y }",
	"env: { A: { secret: ./x, template: '{{a}}' } }",
	'env: { A: "secret/a\\e[2J#y" }',
	"env: { A: secret//x?version=1#y }",
])(
	"a path that would lead elsewhere is refused where it is written, not at the first request: %s",
	async (text) => {
		expect(await read(text)).toMatch(
			/a path in Vault has no (empty, "." or ".." parts|characters that cannot be printed)/,
		);
	},
);
