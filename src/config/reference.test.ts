import { expect, test } from "vitest";
import { ConfigError, guessFormat, parseReference } from "./mod.ts";

test.each([
	["secret/data/a#b", { path: "secret/data/a", field: "b" }],
	[" /secret/data/a/?version=3#b ", { path: "secret/data/a", field: "b", version: 3 }],
	["secret/data/a#b#c.d-e", { path: "secret/data/a", field: "b#c.d-e" }],
	["vault:secret/data/a#b", { path: "secret/data/a", field: "b" }],
])("parseReference() reads %j", (text, expected) => {
	expect(parseReference(text)).toEqual(expected);
});

test.each([
	[
		"sk-planted",
		'expected a reference such as secret/data/llm/openai#api_key: a path, "#" and the name of a field',
	],
	["a#", 'the reference names no field after "#"; write it as in secret/data/llm/openai#api_key'],
	["#a", 'the reference names no path before "#"; write it as in secret/data/llm/openai#api_key'],
	["a?versoin=3#b", 'after "?" a reference takes only version=N, a whole number from 1'],
	["a?version=0#b", 'after "?" a reference takes only version=N, a whole number from 1'],
])("parseReference() refuses %j without quoting it", (text, expected) => {
	expect(() => parseReference(text)).toThrow(ConfigError);
	expect(() => parseReference(text)).toThrow(expected);
	expect(() => parseReference(text)).not.toThrow("planted");
});

test.each([
	["/vault/secrets/openai.env", "dotenv"],
	["/app/.env", "dotenv"],
	["/app/.env.production", "dotenv"],
	["/app/keys.SH", "shell"],
	["/app/a.env.json", "json"],
	["a.yml", "yaml"],
	["a.yaml", "yaml"],
	["a.properties", "properties"],
	["/run/secrets.d/token", "text"],
])("guessFormat() takes %s for %s", (destination, format) => {
	expect(guessFormat(destination)).toBe(format);
});
