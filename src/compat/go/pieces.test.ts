import { describe, expect, test } from "vitest";
import { complete, OPENAI, values } from "../../../test/support/go-template-bench.ts";

describe("pieces", () => {
	test("tell what the author wrote from what came from outside", async () => {
		const { pieces } = await complete(`a{{ "b" }}{{ (secret "${OPENAI}").Data.data.api_key }}`);

		expect(pieces).toEqual([
			{ kind: "text", text: "a" },
			{ kind: "text", text: "b" },
			{
				kind: "value",
				value: "sk-one",
				raw: false,
				origin: {
					file: "t.ctmpl",
					line: 1,
					column: 14,
					path: OPENAI,
					field: "api_key",
					expression: `{{(secret "${OPENAI}").Data.data.api_key}}`,
				},
			},
		]);
	});

	test("are raw where nothing is to be escaped", async () => {
		const [value] = await values('{{ env "HOME" }}', { isEscaped: false });

		expect(value).toMatchObject({ value: "/home/gw", raw: true });
	});

	test.each([
		["through functions", `{{ (secret "${OPENAI}").Data.data.api_key | printf "k-%s" | toUpper }}`],
		["through a variable", `{{ $k := (secret "${OPENAI}").Data.data.api_key }}{{ $k }}`],
		["through index", `{{ index (secret "${OPENAI}").Data.data "api-key" }}`],
		[
			"out of a template",
			`{{ define "t" }}{{ .Data.data.api_key }}{{ end }}{{ template "t" (secret "${OPENAI}") }}`,
		],
		[
			"out of executeTemplate",
			`{{ define "t" }}{{ .Data.data.api_key }}{{ end }}{{ secret "${OPENAI}" | executeTemplate "t" }}`,
		],
		["as the layout of a time", `{{ timestamp (secret "${OPENAI}").Data.data.api_key }}`],
		[
			"out of a range",
			`{{ range (secret "${OPENAI}").Data.data }}{{ if . }}{{ . }}{{ break }}{{ end }}{{ end }}`,
		],
	])("know the secret %s", async (_how, text) => {
		const [value] = await values(text);

		expect(value?.origin).toMatchObject({ path: OPENAI });
	});

	test("name the field that index has found", async () => {
		const [value] = await values(`{{ index (secret "${OPENAI}").Data "data" "api-key" | toUpper }}`);

		expect(value?.origin).toMatchObject({ path: OPENAI, field: "api-key" });
	});

	test("name the field of a nested value, and of an entry of a range", async () => {
		const text = `{{ with secret "${OPENAI}" }}{{ .Data.data.nested.url }}{{ range $k, $v := .Data.data.nested }}{{ $v }}{{ end }}{{ end }}`;

		const fields = (await values(text)).map(({ origin }) => origin.field);

		expect(fields).toEqual(["nested.url", "nested.url"]);
	});

	test.each([
		["scratch space", `{{ scratch.Set "k" (secret "${OPENAI}").Data.data.api_key }}{{ scratch.Get "k" }}`],
		[
			"a map",
			`{{ $d := sprig_dict }}{{ $_ := sprig_set $d "k" (secret "${OPENAI}").Data.data.api_key }}{{ $d.k }}`,
		],
		["a file", '{{ file "/etc/x" }}'],
		[
			"two secrets",
			`{{ printf "%s%s" (secret "${OPENAI}").Data.data.api_key (secret "secret/data/llm/anthropic").Data.data.api_key }}`,
		],
	])("know that %s holds something from outside", async (_what, text) => {
		expect(await values(text)).toHaveLength(1);
	});

	test("of what holds nothing of a secret are text", async () => {
		const text = `{{ len (secret "${OPENAI}").Data.data.api_key }}{{ eq (secret "${OPENAI}").Data.data.api_key "x" }}`;

		expect((await complete(text)).pieces).toEqual([
			{ kind: "text", text: "6" },
			{ kind: "text", text: "false" },
		]);
	});
});
