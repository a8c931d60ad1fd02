import { expect, test } from "vitest";
import { loadConfig } from "../../config/mod.ts";
import type { World } from "../world.ts";
import { localWarnings } from "./local-warnings.ts";

/** What is said of a config on a machine that has /bin/litellm and no other program. */
async function warningsOf(config: object): Promise<readonly string[]> {
	const env = { VAULT_ADDR: "https://vault.example:8200", PATH: "/usr/bin:/bin" };
	const machine = { may: async (path: string) => path === "/bin/litellm" };
	const world = { cwd: "/srv", env, loadMachine: async () => machine } as unknown as World;
	const readFile = async () => JSON.stringify(config);
	const input = { file: "agent.yaml", readFile, env, flags: {}, cwd: "/srv", isTerminal: false };
	return await localWarnings(await loadConfig(input), [], world);
}

test("a program that is not there is warned of", async () => {
	expect(await warningsOf({ exec: { command: ["litelm"] } })).toEqual([
		"exec.command: litelm is not found here, or may not be run; the machine that runs the agent needs it",
	]);
	expect(await warningsOf({ exec: { command: ["litellm"] } })).toEqual([]);
});

test("a program that is looked up on a PATH from a secret is not looked for", async () => {
	expect(await warningsOf({ exec: { command: ["litelm"] }, env: { PATH: "secret/data/a#path" } })).toEqual(
		[],
	);
});

test.each(["nginx.conf", "gateway.toml", "config.json5"])(
	"%s is taken for text, and that is said",
	async (name) => {
		expect(await warningsOf({ templates: [{ contents: "a", destination: `/out/${name}` }] })).toEqual([
			expect.stringMatching(/^\/out\/.* is written as text, .*; write format: text if that is meant/),
		]);
	},
);

test("a Go template is told how it can say its format itself, for its config may have no key for it", async () => {
	const template = { contents: "a", destination: "/out/nginx.conf", language: "go" };

	expect(await warningsOf({ templates: [template] })).toEqual([
		expect.stringMatching(
			/; name the format in a comment, \{\{\/\* keyturn: format=yaml \*\/\}\}, or the file after it$/,
		),
	]);
});

test.each([
	{ destination: "/out/nginx.conf", format: "text" },
	{ destination: "/out/nginx.conf", format: "yaml" },
	{ destination: "/out/gateway.yaml" },
	{ destination: "/out/.env" },
	{ destination: "/out/api-key" },
	{ destination: "/out/tls.key" },
	{ destination: "/out/notes.TXT" },
])("%j says what it is", async (template) => {
	expect(await warningsOf({ templates: [{ contents: "a", ...template }] })).toEqual([]);
});
