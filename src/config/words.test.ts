import { expect, test } from "vitest";
import { configInput } from "../../test/support/config-input.ts";
import { loadConfig, unknownKey } from "./mod.ts";

test.each([
	"hvs.planted",
	"hvb.planted",
	"hvr.planted",
	"s.planted",
	"b.planted",
	"planted key",
	"p".repeat(65),
	"plänted",
])("unknownKey() repeats no key that may be a secret in the wrong place: %s", (key) => {
	expect(unknownKey(key, "vault", ["address", "namespace"])).toBe(
		"unknown key in vault, not repeated here because it is no plain name; known are address, namespace",
	);
});

test.each(["adress", "_x", "a.b", "s3-key", "hvsx", "p".repeat(64)])(
	"unknownKey() repeats a plain name: %s",
	(key) => {
		expect(unknownKey(key, "", ["other"])).toBe(`unknown key "${key}" at the top; known are other`);
	},
);

test.each([
	["vault: { hvs.planted: x }", /^agent\.yaml:1:10: unknown key in vault, not repeated/],
	["env: { hvs.planted: 1 }", /^agent\.yaml:1:8: /],
	["env: { A: { hvs.planted: 1 } }", /^agent\.yaml:1:13: unknown key in env\.A, not repeated/],
	["exec: { command: [a], inherit_env: { hvs.planted: 1 } }", /^agent\.yaml:1:/],
])("a token in the place of a key is not in the message: %s", async (text, message) => {
	const error: unknown = await loadConfig(configInput(text)).catch((thrown: unknown) => thrown);

	expect(error).toMatchObject({ message: expect.stringMatching(message) });
	expect((error as Error).message).not.toContain("planted");
});

test.each([
	["role_id_path", "role_id_file_path"],
	["secret_id_path", "secret_id_file_path"],
	["num", "num_retries"],
])("unknownKey() knows a key by the words that were left out of it: %s", (key, meant) => {
	const known = [
		"role_id_file_path",
		"secret_id_file_path",
		"secret_id_response_wrapping_path",
		"num_retries",
		"path",
	];

	expect(unknownKey(key, "config", known)).toBe(`unknown key "${key}" in config; did you mean "${meant}"?`);
});

test("unknownKey() guesses at nothing where several are as likely", () => {
	expect(unknownKey("secret_id", "config", ["secret_id_file", "secret_id_path"])).toContain("known are");
});
