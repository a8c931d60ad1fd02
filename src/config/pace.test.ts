import { expect, test } from "vitest";
import { configInput } from "../../test/support/config-input.ts";
import { loadConfig } from "./mod.ts";

test("a template and a variable may have a pace of their own", async () => {
	const config = await loadConfig(
		configInput(`
poll_interval: 30s
templates:
  - { contents: x, destination: a, poll_interval: 1s, max_age: 12h }
  - { contents: x, destination: b }
env:
  KEY: { ref: "secret/data/a?version=-1#key", poll_interval: 5m, max_age: 60 }
  OTHER: secret/data/a#key
exec: { command: [gateway] }
`),
	);

	const paces = [...config.templates, ...config.env].map(({ pollIntervalMs, maxAgeMs }) => [
		pollIntervalMs,
		maxAgeMs,
	]);
	expect(paces).toEqual([
		[1000, 43_200_000],
		[undefined, undefined],
		[300_000, 60_000],
		[undefined, undefined],
	]);
	expect(config.env[0]?.value).toMatchObject({ reference: { path: "secret/data/a", version: -1 } });
});

test("Vault is not asked more often than once a second", async () => {
	const text =
		"templates: [{ contents: x, destination: a, poll_interval: 0.5s }]\nenv: { K: { ref: a#b, max_age: 0s } }";

	await expect(loadConfig(configInput(text))).rejects.toThrow(
		/poll_interval: expected at least 1s[\s\S]*max_age: expected at least 1s/,
	);
});
