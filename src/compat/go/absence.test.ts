import { describe, expect, test } from "vitest";
import { complete, faultOf, OPENAI, passOf, rendered } from "../../../test/support/go-template-bench.ts";

describe("a field that is not there", () => {
	const text = `{{ with secret "${OPENAI}" }}\n  {{ .Data.data.apikey }}{{ end }}`;

	test("is written as in Go, and noted with the names that are there", async () => {
		const { notes } = await complete(text);

		expect(await rendered(text)).toBe("\n  <no value>");
		expect(notes).toEqual([
			{
				message: `field "apikey" is not in ${OPENAI} (version 4), and nothing stands in its place; there are api-key, api_key, limit, nested, organization; did you mean "api-key"? write {{index .Data.data "api-key"}}, or rename the field in Vault`,
				place: { file: "t.ctmpl", line: 2, column: 6, expression: "{{.Data.data.apikey}}" },
				path: OPENAI,
				field: "apikey",
			},
		]);
	});

	test("is an error where the config says so", async () => {
		const fault = await faultOf(text, { errorOnMissingKey: true });

		expect(fault).toMatchObject({
			code: "E_FIELD_MISSING",
			exitCode: 4,
			message: `field "apikey" is not in ${OPENAI} (version 4)`,
			rows: {
				in: "t.ctmpl:2:11   {{.Data.data.apikey}}",
				go: 'template: t.ctmpl:2:10: executing "t.ctmpl" at <.Data.data.apikey>: map has no entry for key "apikey"',
				has: "api-key, api_key, limit, nested, organization",
				do: 'did you mean "api-key"? write {{index .Data.data "api-key"}}, or rename the field in Vault',
			},
		});
	});

	test("on the level of a secret without versions says where the fields are", async () => {
		const fault = await faultOf(`{{ (secret "${OPENAI}").Data.api_key }}`, { errorOnMissingKey: true });

		expect(fault.rows["do"]).toContain(".Data.data.api_key");
	});

	test.each([
		["a condition", "{{ if .Data.data.q }}{{ end }}"],
		["or", '{{ or .Data.data.q "x" }}'],
		["not", "{{ not .Data.data.q }}"],
	])("is not noted where %s asks for it", async (_what, action) => {
		const pass = await passOf(`{{ with secret "${OPENAI}" }}${action}{{ end }}`).catch(() => undefined);

		expect(pass).not.toHaveProperty("notes");
	});

	test("is noted where index has not found it", async () => {
		const indexing = `{{ with secret "${OPENAI}" }}{{ index .Data.data "api.key" }}{{ end }}`;

		const { notes } = await complete(indexing, { errorOnMissingKey: true });

		expect(notes).toMatchObject([{ field: "api.key", path: OPENAI }]);
		expect(notes?.[0]?.message).toContain('write {{index .Data.data "api-key"}}');
	});

	test("ends a chain that goes on below it, with the names that are there", async () => {
		const fault = await faultOf(`{{ if (secret "${OPENAI}").Data.data.nope.deeper }}{{ end }}`);

		expect(fault).toMatchObject({
			code: "E_FIELD_MISSING",
			exitCode: 4,
			message: `field "nope" is not in ${OPENAI} (version 4)`,
			rows: {
				go: expect.stringContaining("nil pointer evaluating interface {}.deeper") as unknown,
				has: "api-key, api_key, limit, nested, organization",
			},
		});
	});

	test.each([
		["a chain", '{{ (secret "database/creds/model").Data.data.username }}', ".Data.username}}"],
		["index", '{{ with secret "database/creds/model" }}{{ index .Data.data "x" }}{{ end }}', "{{.Data}}"],
	])(
		"where a secret without versions has no level of that name says so: %s",
		async (_what, action, written) => {
			const fault = await faultOf(action);

			expect(fault.code).toBe("E_FIELD_MISSING");
			expect(fault.rows["has"]).toBe("password, username");
			expect(fault.rows["do"]).toContain(written);
			expect(fault.rows["do"]).toContain('a secret without versions has no level "data"');
		},
	);

	test("is told of where a function cannot take what is not there", async () => {
		const fault = await faultOf(`{{ with secret "${OPENAI}" }}{{ toUpper .Data.data.apikey }}{{ end }}`);

		expect(fault.rows["go"]).toContain("wrong type for value; expected string; got interface {}");
		expect(fault.rows["do"]).toContain('did you mean "api-key"?');
	});

	test.each([
		["{{ if .Auth }}a{{ end }}{{ .Auth }} {{ .WrapInfo }}", "<nil> <nil>"],
		['{{ with parseJSON "{}" }}{{ .q }}{{ end }}{{ $d := parseJSON "{}" }}{{ $d.q }}', "<no value>"],
		['{{ $m := splitToMap "," ":" "a:b" }}[{{ $m.q }}]', "[]"],
	])("gives the zero of its type: %s", async (action, zero) => {
		expect(await rendered(`{{ with secret "${OPENAI}" }}${action}{{ end }}`)).toBe(zero);
	});

	test("of a pointer that is nil is an error", async () => {
		const fault = await faultOf(`{{ (secret "${OPENAI}").Auth.ClientToken }}`);

		expect(fault.message).toContain("nil pointer evaluating *dependency.SecretAuth.ClientToken");
	});

	test("of a map that was made of values tells no names, which may be parts of them", async () => {
		const splitting = `{{ (splitToMap "," ":" (toJSON (secret "${OPENAI}").Data.data)).q }}`;

		const fault = await faultOf(splitting, { errorOnMissingKey: true });

		expect(fault.rows).not.toHaveProperty("has");
		expect(JSON.stringify(fault)).not.toContain("sk-one");
	});

	test.each([
		[
			"into a map of its own",
			'{{ $m := sprig_dict "a" 1 }}{{ $_ := sprig_set $m (toUpper .api_key) 1 }}{{ index $m "q" }}',
		],
		["into the secret", "{{ $_ := sprig_set . (toUpper .api_key) 1 }}{{ .q }}"],
		[
			"by merging",
			'{{ $m := parseJSON (printf "{%q: 1}" (toUpper .api_key)) }}{{ $_ := mergeMap . $m }}{{ .q }}',
		],
	])("of a map that a name was put into tells no names: %s", async (_how, action) => {
		const { notes } = await complete(`{{ with (secret "${OPENAI}").Data.data }}${action}{{ end }}`);

		expect(notes).toHaveLength(1);
		expect(JSON.stringify(notes)).not.toContain("SK-ONE");
	});

	test("is noted once, however often it is come to", async () => {
		const { notes } = await complete(
			`{{ with secret "${OPENAI}" }}{{ range 9 }}{{ $.q }}{{ end }}{{ range 9 }}{{ (secret "${OPENAI}").Data.data.q }}{{ end }}{{ end }}`,
		);

		expect(notes).toHaveLength(1);
	});

	test("is noted where it is printed with a format", async () => {
		const { notes } = await complete(`{{ with secret "${OPENAI}" }}{{ printf "%s" .Data.data.q }}{{ end }}`);

		expect(notes).toHaveLength(1);
	});

	test("of a value that was taken apart tells no names, which may be parts of it", async () => {
		const options = { errorOnMissingKey: true };
		const fault = await faultOf(`{{ (index (secret "${OPENAI}").Data.data "nested").q }}`, options);

		expect(fault.rows).not.toHaveProperty("has");
	});
});
