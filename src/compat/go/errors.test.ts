import { describe, expect, test } from "vitest";
import { faultOf, OPENAI, OPTIONS, rendered } from "../../../test/support/go-template-bench.ts";
import { parseGoTemplate } from "./mod.ts";

describe("errors", () => {
	test("of what cannot be read have Go's words, and the place as editors open it", async () => {
		const fault = await faultOf("a\n  {{ if }}x{{ end }}");

		expect(fault).toMatchObject({
			code: "E_TEMPLATE_SYNTAX",
			exitCode: 2,
			message: "template: t.ctmpl:2: missing value for if",
			rows: { in: "t.ctmpl:2:9" },
		});
	});

	test.each([
		["x\n{{ with env `A` }}y\n", "{{ with }} of line 2:1"],
		["{{ if 1 }}\n{{ range loop 2 }}{{ end }}\n", "{{ if }} of line 1:1"],
		["{{ if 1 }}\n  {{- range loop 2 }}", "{{ range }} of line 2:3"],
		["{{ if 1 }}\n{{ else }}", "{{ if }} of line 1:1"],
		["{{ if 0 }}\n{{ else if 1 }}\n{{ else if 2 }}\n", "{{ if }} of line 1:1"],
		["{{ with 0 }}\n{{ else with 1 }}{{ else }}\n", "{{ with }} of line 1:1"],
		[' {{ define "t" }}\n', "{{ define }} of line 1:2"],
		['{{ if 1 }}{{ block "t" . }}\n', "{{ block }} of line 1:11"],
		['{{ block "t" . }}\n{{ with 1 }}', "{{ with }} of line 2:1"],
	])("of %j, which is not closed, say what is open", async (text, open) => {
		const fault = await faultOf(text);

		expect(fault.message).toMatch(/^template: t\.ctmpl:\d+: unexpected EOF$/);
		expect(fault.rows["do"]).toBe(`close the ${open} with {{ end }}`);
	});

	test("of what is not closed speak with the template's own delimiters", async () => {
		const fault = await faultOf("[[ if 1 ]]", { leftDelimiter: "[[", rightDelimiter: "]]" });

		expect(fault.rows["do"]).toBe("close the [[ if ]] of line 1:1 with [[ end ]]");
	});

	test("of a function that is not there name the nearest one", async () => {
		const fault = await faultOf('{{ base64Decod "x" }}');

		expect(fault).toMatchObject({
			code: "E_TEMPLATE_HELPER",
			exitCode: 2,
			message: 'template: t.ctmpl:1: function "base64Decod" not defined; did you mean "base64Decode"?',
			rows: { in: "t.ctmpl:1:4" },
		});
	});

	test.each(["plugin", "service", "nomadVar", "call", "sprig_env", "spew_dump"])(
		"of %s say why it is refused",
		async (name) => {
			const fault = await faultOf(`{{ ${name} "x" }}`);

			expect(fault).toMatchObject({ code: "E_TEMPLATE_HELPER", exitCode: 2 });
			expect(fault.message).toMatch(`function "${name}" is refused: `);
		},
	);

	test.each([
		["its name", ["env"]],
		["a pattern", ["e*v"]],
		["a pattern for all", ["*"]],
	])("of a function that the config denies by %s", async (_how, denied) => {
		const fault = await faultOf('{{ env "HOME" }}', { denied });

		expect(fault.message).toMatch(/function "env" is refused: function_denylist/);
	});

	test("do not come of functions that a pattern leaves", async () => {
		expect(await rendered('{{ env "HOME" }}', { denied: ["en", "*nv_", "x*", "e*n*x*v"] })).toBe("/home/gw");
	});

	test("of a secret that is not there", async () => {
		const fault = await faultOf('{{ with secret "secret/data/none" }}x{{ end }}');

		expect(fault).toMatchObject({
			code: "E_SECRET_MISSING",
			exitCode: 4,
			message: "no secret is at secret/data/none",
			rows: { in: 't.ctmpl:1:9   {{secret "secret/data/none"}}' },
		});
	});

	test("of a secret that is deleted do not speak of else, which handles nothing here", async () => {
		const fault = await faultOf('{{ with secret "secret/data/gone" }}x{{ else }}y{{ end }}');

		expect(fault.code).toBe("E_SECRET_DELETED");
		expect(fault.rows["do"]).toBe("write a new version, or undelete this one");
	});

	test("hold no value of a secret", async () => {
		const faults = await Promise.all(
			[
				"{{ parseInt .api_key }}",
				"{{ range .api_key }}{{ end }}",
				"{{ .api_key.x }}",
				"{{ index .api_key 99 }}",
				"{{ slice .api_key 9 2 }}",
				"{{ eq .nested .nested }}",
				"{{ add .api_key 1 }}",
			].map(async (action) => await faultOf(`{{ with (secret "${OPENAI}").Data.data }}${action}{{ end }}`)),
		);

		for (const { message, rows } of faults) expect(JSON.stringify([message, rows])).not.toContain("sk-one");
	});
});

describe("names that were computed", () => {
	test.each(["mustEnv", "executeTemplate"])("are not told by %s", async (name) => {
		const fault = await faultOf(`{{ ${name} (toUpper (secret "${OPENAI}").Data.data.api_key) }}`);

		expect(fault.message).toContain("(6 letters)");
		expect(JSON.stringify([fault.message, fault.rows])).not.toContain("SK-ONE");
	});
});

describe("bounds", () => {
	test.each([
		["without end", "{{ range 2000 }}{{ range 2000 }}{{ end }}{{ end }}", /repeated without end/],
		[
			"a template that calls itself",
			'{{ define "t" }}{{ template "t" }}{{ end }}{{ template "t" }}',
			/maximum template depth/,
		],
		[
			"a template that has itself executed",
			'{{ define "t" }}{{ executeTemplate "t" }}{{ end }}{{ template "t" }}',
			/maximum template depth/,
		],
		[
			"maps that hold themselves, compared",
			"{{ $a := sprig_dict }}{{ $_ := sprig_set $a `s` $a }}{{ $b := sprig_dict }}{{ $_ := sprig_set $b `s` $b }}{{ sprig_deepEqual $a $b }}",
			/holds itself/,
		],
		[
			"a million digits of no duration",
			"{{ sprig_fail (sprig_durationRound (sprig_repeat 1000000 `1`)) }}",
			/sprig_fail/,
		],
		[
			"lists that are all different",
			"{{ $l := sprig_list }}{{ range loop 1100 }}{{ $l = sprig_append $l (sprig_list .) }}{{ end }}{{ sprig_uniq $l }}",
			/more than 1000 lists or maps/,
		],
		["too much output", `{{ range 100000 }}${"x".repeat(100)}{{ end }}`, /the output has become too long/],
		[
			"too long a text",
			'{{ $s := "0123456789" }}{{ range 40 }}{{ $s = print $s $s }}{{ end }}',
			/more than 8 MiB/,
		],
		[
			"a map that holds itself",
			'{{ $d := sprig_dict }}{{ $_ := sprig_set $d "d" $d }}{{ $d }}',
			/holds itself/,
		],
		["parentheses", `{{ ${"(".repeat(2000)}1${")".repeat(2000)} }}`, /max expression depth/],
		["blocks", `${"{{ if 1 }}".repeat(2000)}${"{{ end }}".repeat(2000)}`, /max expression depth/],
	])("end %s", async (_what, text, reason) => {
		expect((await faultOf(text)).message).toMatch(reason);
	});

	test("a long template is read in time that grows with its length", async () => {
		const text = '{{ print "a" }} {{- /* c */ -}} '.repeat(20_000);
		const start = performance.now();

		await parseGoTemplate(text, OPTIONS);

		expect(performance.now() - start).toBeLessThan(2000);
	});
});
