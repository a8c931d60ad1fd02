import { array, assert, dictionary, jsonValue, oneof, property, record, string } from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { yamlText } from "./yaml-text.ts";

const NONE = new Map<string, string>();

test("whatever is written is read back as it was", () => {
	const text = oneof(
		string({ unit: "grapheme" }),
		string({ unit: "binary-ascii" }),
		string().map((one) => `a\n${one}\n`),
	);
	const tree = dictionary(
		text,
		oneof(text, array(text), jsonValue(), array(record({ a: text, b: jsonValue() }))),
		{ minKeys: 1 },
	);

	assert(
		property(tree, (settings) => {
			const plain = JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
			expect(parse(yamlText(plain, NONE))).toEqual(plain);
		}),
	);
});

test("a word that YAML would take for something else stands in quotes, and lines as a block", () => {
	const text = yamlText(
		{ a: "no", b: "0600", c: "/vault/x.env", d: "one\ntwo\n", e: [], f: { g: [{ h: 1 }] } },
		NONE,
	);

	expect(text).toBe('a: "no"\nb: "0600"\nc: /vault/x.env\nd: |\n  one\n  two\ne: []\nf:\n  g:\n    - h: 1\n');
});

test("a comment stands above its key", () => {
	const comments = new Map([
		["templates.0.source", "kept"],
		["templates.0.format", "told"],
	]);

	const text = yamlText({ templates: [{ source: "a", format: "shell" }] }, comments);

	expect(text).toBe("templates:\n  # kept\n  - source: a\n    # told\n    format: shell\n");
});
