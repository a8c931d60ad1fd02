import { expect, test } from "vitest";
import { readPolicyBlocks } from "./hcl.ts";

test("readPolicyBlocks() reads blocks with lists, maps and comments", () => {
	const text = `
		# a comment
		path "secret/data/a\\"b" { // another
			capabilities = ["read", "list",] /* and
			another */
			allowed_parameters = { "key" = ["x"], other = [] }
			min_wrapping_ttl = 60
		}
		path "x" {}
	`;

	expect(readPolicyBlocks(text)).toEqual([
		{
			path: 'secret/data/a"b',
			body: {
				capabilities: ["read", "list"],
				allowed_parameters: { key: ["x"], other: [] },
				min_wrapping_ttl: 60,
			},
		},
		{ path: "x", body: {} },
	]);
});

test("readPolicyBlocks() reads the JSON form, with an object or a list of them", () => {
	const body = { capabilities: ["read"] };

	const asObject = readPolicyBlocks(JSON.stringify({ path: { a: body } }));
	const asList = readPolicyBlocks(JSON.stringify({ path: [{ a: [body] }] }));

	expect([asObject, asList]).toEqual([[{ path: "a", body }], [{ path: "a", body }]]);
});

test.each([
	["a block without end", 'path "x" {'],
	["a list without end", 'path "x" { capabilities = ["read"'],
	["an unknown word", 'role "x" {}'],
	["a character of no meaning", "path @"],
	["a path without name", "path {}"],
])("readPolicyBlocks() refuses %s", (_what, text) => {
	expect(() => readPolicyBlocks(text)).toThrow(SyntaxError);
});
