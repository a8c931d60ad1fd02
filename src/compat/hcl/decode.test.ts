import { describe, expect, test } from "vitest";
import { Draft } from "../draft.ts";
import { Findings } from "../findings.ts";
import { Stanza } from "./decode.ts";
import { readBody } from "./read-any.ts";

function open(...texts: readonly string[]) {
	const findings = new Findings({ strict: false });
	const files = texts.map((text, index) => {
		const name = `${"abc"[index]}.hcl`;
		return { name, body: readBody(name, text) };
	});
	return { top: Stanza.top(files, findings), findings };
}

describe("a stanza's values", () => {
	test.each([
		["text", "a = 5", "5"],
		["text", "a = 0640", "0640"],
		["text", "a = true", "true"],
		["bool", 'a = "true"', true],
		["bool", "a = 1", true],
		["bool", 'a = "F"', false],
		["integer", 'a = "12"', 12],
		["integer", "a = -1", -1],
		["number", 'a = "0.9"', 0.9],
		["duration", "a = 30", "30s"],
		["duration", 'a = "30"', "30s"],
		["duration", 'a = "1h30m"', "1h30m"],
		["duration", 'a = ".5s"', "500ms"],
		["duration", 'a = "1500us"', "2ms"],
		["duration", 'a = "2d"', "172800s"],
		["mode", "a = 0600", "0600"],
		["mode", 'a = "600"', "0600"],
		["mode", '{"a": 384}', "0600"],
		["mode", "a = 0", "0000"],
	] as const)("%s of %j is %j", (kind, text, value) => {
		const { top, findings } = open(text);

		expect(top[kind]("a")?.value).toBe(value);
		expect(findings.problems).toEqual([]);
	});

	test.each([
		["text", "a = []", "expected text"],
		["bool", 'a = "yes"', "expected true or false"],
		["integer", "a = 1.5", "expected a whole number"],
		["integer", 'a = "x"', "expected a number"],
		["duration", 'a = "soon"', "expected a duration such as 500ms, 30s, 5m or 24h"],
		["duration", "a = -5", "expected a duration that is not negative"],
		["mode", "a = 644", "expected a file mode such as 0600; without a 0 before it this is no octal number"],
		["mode", 'a = "rw"', "expected a file mode such as 0600"],
		["texts", "a = [{}]", "expected a list of texts"],
		["blocks", "a = 1", "expected a block: { and its keys"],
	] as const)("%s refuses %j and says where", (kind, text, message) => {
		const { top, findings } = open(text);

		top[kind]("a");

		expect(findings.problems).toEqual([
			{ place: expect.stringMatching(/^a\.hcl:1:[56]$/), message: `a: ${message}` },
		]);
	});

	test("a bare number can be nanoseconds, and then a number in quotes lacks its unit", () => {
		const { top, findings } = open('a = 5000000000\nb = "5"');

		expect(top.duration("a", "nanoseconds")?.value).toBe("5s");
		expect(top.duration("b", "nanoseconds")).toBeUndefined();
		expect(findings.problems).toEqual([{ place: "a.hcl:2:5", message: 'b: expected a unit, such as "30s"' }]);
	});

	test("a mode that looks octal and is decimal is taken as that program takes it, and told", () => {
		const { top, findings } = open("a = 400");

		expect(top.mode("a")?.value).toBe("0620");
		expect(findings.warnings).toEqual([
			"a.hcl:1:5: a: without a 0 before it this is decimal, so the mode is 0620",
		]);
	});

	test("keys are known in any case, and null is nothing", () => {
		const { top } = open('{"Address": "x", "token": null}');

		expect(top.text("address")?.value).toBe("x");
		expect(top.has("token")).toBe(false);
	});

	test("a key that stands twice counts as it stands last, and is told", () => {
		const { top, findings } = open("a = 1\na = 2");

		expect(top.text("a")).toEqual({ value: "2", place: "a.hcl:2:5", name: "a" });
		expect(findings.warnings).toEqual(["a.hcl:2:1: a stands twice; the last one counts"]);
	});

	test("a later file's value wins, and is nothing to be told of", () => {
		const { top, findings } = open("a = 1", "a = 2");

		expect(top.text("a")).toEqual({ value: "2", place: "b.hcl:1:5", name: "a" });
		expect(findings.warnings).toEqual([]);
	});

	test("lists of the same key are joined, and a text is a list of one", () => {
		const { top } = open('a = ["x", 1]\na = "y"');

		expect(top.texts("a")?.value).toEqual(["x", "1", "y"]);
	});
});

describe("a stanza's blocks", () => {
	test.each([
		['sink "file" { path = "x" }\nsink "pipe" { path = "y" }'],
		['{"sink": [{"file": {"path": "x"}}, {"pipe": {"path": "y"}}]}'],
		['{"sink": {"file": {"path": "x"}, "pipe": {"path": "y"}}}'],
		['{"sink": {"file": [{"path": "x"}], "pipe": {"path": "y"}}}'],
	])("have the same labels in HCL and in JSON: %s", (text) => {
		const { top } = open(text);

		const sinks = top.labelled("sink", ["type", "config", "path"]);

		expect(sinks.map((sink) => [sink.label?.value, sink.text("path")?.value, sink.name])).toEqual([
			["file", "x", 'sink "file"'],
			["pipe", "y", 'sink "pipe"'],
		]);
	});

	test.each([['sink { type = "file"\n config { path = "x" } }'], ['{"sink": [{"config": {"path": "x"}}]}']])(
		"may have no label: %s",
		(text) => {
			const { top } = open(text);

			const [sink] = top.labelled("sink", ["type", "config"]);

			expect(sink?.label).toBeUndefined();
			expect(sink?.block("config")?.text("path")?.name).toBe("sink[0].config.path");
		},
	);

	test("are one after another, over all files", () => {
		const { top } = open("t { a = 1 }\nt = [{ a = 2 }, { a = 3 }]", "t { a = 4 }");

		expect(top.blocks("t").map((block) => [block.name, block.place, block.text("a")?.value])).toEqual([
			["t[0]", "a.hcl:1:1", "1"],
			["t[1]", "a.hcl:2:1", "2"],
			["t[2]", "a.hcl:2:1", "3"],
			["t[3]", "b.hcl:1:1", "4"],
		]);
	});

	test("of which there may be one are replaced by a later file, and refused when one file has two", () => {
		const { top, findings } = open("v { a = 1 }\n", "v { b = 1 }\nv { b = 2 }");

		const block = top.block("v");

		expect([block?.has("a"), block?.text("b")?.value]).toEqual([false, "2"]);
		expect(findings.problems).toEqual([{ place: "b.hcl:2:1", message: "only one v block is allowed" }]);
	});

	test("that are merged keep what a later file does not say", () => {
		const { top } = open("v { a = 1 }\nv { a = 2\n b = 2 }", "v { b = 3 }");

		const block = top.merged("v");

		expect([block?.text("a")?.value, block?.text("b")?.value]).toEqual(["2", "3"]);
	});

	test("that have a label where none is looked for are told", () => {
		const { top, findings } = open('v "x" { a = 1 }');

		expect(top.block("v")?.text("a")?.value).toBe("1");
		expect(findings.warnings).toEqual(["a.hcl:1:3: v takes no label"]);
	});
});

describe("done", () => {
	const misspelt = "t { destinaton = 1 }";
	const message = 'unknown key "destinaton" in t[0]; did you mean "destination"?';

	test("tells of keys that nobody asked for, each with the nearest", () => {
		const { top, findings } = open(misspelt);
		const [block] = top.blocks("t");
		block?.text("destination");
		block?.ignore("source");

		block?.done();

		expect(findings.warnings).toEqual([`a.hcl:1:5: ${message}`]);
	});

	test.each(["refuse", "drop"] as const)("refuses them when it has to: %s", (how) => {
		const findings = new Findings({ strict: how === "drop" });
		const [block] = Stanza.top([{ name: "a.hcl", body: readBody("a.hcl", misspelt) }], findings).blocks("t");
		block?.text("destination");

		block?.done(how);

		expect(findings.problems).toEqual([{ place: "a.hcl:1:5", message }]);
	});
});

test("a draft knows of each setting where it is from", () => {
	const { top, findings } = open('t {\n  a = "x"\n}');
	const [block] = top.blocks("t");
	const draft = new Draft();
	draft.put(["templates", 0, "source"], block?.text("a"));
	draft.put(["templates", 0, "mode"], block?.mode("b"));
	draft.set(["templates", 0], { source: "x", keep_mode: true }, block?.place ?? "");

	const { settings, places, origin, files } = draft.finish([{ name: "a.hcl", path: "/etc/a.hcl" }], findings);

	expect(settings).toEqual({ templates: [{ source: "x", keep_mode: true }] });
	expect(places.of(["templates", 0, "source"])).toBe("a.hcl:2:7");
	expect(places.of(["templates", 0, "keep_mode"])).toBe("a.hcl:1:1");
	expect([origin, files]).toEqual(["a.hcl", ["/etc/a.hcl"]]);
});
