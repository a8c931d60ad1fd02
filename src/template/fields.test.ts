import { expect, test } from "vitest";
import type { JsonValue } from "../kernel/mod.ts";
import { JsonNumber } from "../kernel/mod.ts";
import { fieldsTemplate, plainText, type TemplateInputs, variablesIn } from "./mod.ts";

const ALL = { name: "{{field}}", sanitize: false, upcase: false };

function inputs(fields: Record<string, JsonValue>): TemplateInputs {
	const secret = { fields, Data: fields, LeaseID: "", LeaseDuration: 0, Renewable: false };
	return {
		lookup: ({ path }) => ({ kind: "secret", secret: { ...secret, path } }),
		env: () => undefined,
		readFile: () => "",
		now: () => 0,
	};
}

function variables(names: Parameters<typeof fieldsTemplate>[1], fields: Record<string, JsonValue>) {
	const pass = fieldsTemplate("secret/data/llm", names, { file: "env_from[0]" }).render(inputs(fields));
	if (pass.kind === "incomplete") throw new TypeError("it lacks a secret");
	const pieces = pass.pieces.filter((piece) => piece.kind !== "port");
	return { values: Object.fromEntries(variablesIn(plainText(pieces, "x"))), notes: pass.notes };
}

test.each([
	["its own", ALL, { "api-key": "k", url: "u" }],
	["one without other signs", { ...ALL, sanitize: true }, { api_key: "k", url: "u" }],
	["one in upper case", { ...ALL, upcase: true }, { "API-KEY": "k", URL: "u" }],
	["one with words around it", { ...ALL, name: "app_{{field}}" }, { "app_api-key": "k", app_url: "u" }],
	[
		"one that is written out",
		{ ...ALL, fields: [{ field: "url", name: "A" }, { field: "url" }] },
		{ A: "u", url: "u" },
	],
])("each field becomes a variable of a name: %s", (_, names, expected) => {
	expect(variables(names, { "api-key": "k", url: "u" }).values).toEqual(expected);
});

test("values are as they are in Vault, line ends and equals signs too", () => {
	const fields = { a: "x=y\nz", b: "", c: new JsonNumber("1.10"), d: true };

	expect(variables(ALL, fields).values).toEqual({ a: "x=y\nz", b: "", c: "1.10", d: "true" });
});

test("what is no text or has no name is left out, and told", () => {
	const { values, notes } = variables(ALL, { a: null, b: { c: "secret" }, "d=": "e", " ": "f", g: "h" });

	expect(values).toEqual({ g: "h" });
	expect(notes?.map(({ message }) => message)).toEqual([
		'field "b" of secret/data/llm is no text; no variable is made of it',
		'field "d=" of secret/data/llm gives a name that no variable can have; no variable is made of it',
		'field " " of secret/data/llm gives no name; no variable is made of it',
	]);
});

test("a field that is asked for and not there gives none", () => {
	expect(variables({ ...ALL, fields: [{ field: "b" }] }, { a: "x" }).values).toEqual({});
});

test("a NUL in a value is refused, and cannot make a variable of its own", () => {
	expect(() => variables(ALL, { a: "x\0PATH=/evil" })).toThrow("no environment variable can");
});

test("asks for a pinned version", () => {
	const { requests } = fieldsTemplate("secret/data/llm?version=3", ALL, { file: "x" }).discover();

	expect(requests).toEqual([{ kind: "read", path: "secret/data/llm", version: 3 }]);
});
