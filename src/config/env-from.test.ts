import { expect, test } from "vitest";
import { configInput, VAULT_ADDR } from "../../test/support/config-input.ts";
import { loadConfig } from "./mod.ts";

function load(text: string) {
	return loadConfig(configInput(text, { env: { VAULT_ADDR, VAULT_TOKEN: "t" } }));
}

test("secrets whose fields become variables have names without odd signs unless said otherwise", async () => {
	const { envFrom } = await load(
		`exec: { command: [gw] }
env_from:
  - secret: /secret/data/llm/
  - { secret: secret/data/b, name: "B_{{field}}", sanitize: false, upcase: true, fields: [{ field: a, name: X }, { field: c }], required: false, poll_interval: 1m }`,
	);

	expect(envFrom).toEqual([
		{ secret: "secret/data/llm", name: "{{field}}", sanitize: true, upcase: false, required: true },
		{
			secret: "secret/data/b",
			name: "B_{{field}}",
			sanitize: false,
			upcase: true,
			fields: [{ field: "a", name: "X" }, { field: "c" }],
			required: false,
			pollIntervalMs: 60_000,
		},
	]);
});

test.each([
	[
		"exec: { command: [gw] }\nenv_from: [{ secret: a, name: X }]",
		"env_from[0].name: expected {{field}} in it: all fields would get the same name",
	],
	[
		"exec: { command: [gw], on_change: none }\nenv_from: [{ secret: a }]",
		"exec.on_change: none cannot go with env: a running process cannot take new variables",
	],
])("refuses %j", async (text, message) => {
	await expect(load(text)).rejects.toThrow(message);
});

test("warns of variables that nobody gets", async () => {
	const { warnings } = await load("env_from: [{ secret: a }]");

	expect(warnings).toContainEqual(expect.stringContaining("there is no child to get them"));
});
