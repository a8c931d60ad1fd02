import { array, assert, asyncProperty, stringMatching } from "fast-check";
import { describe, expect, test } from "vitest";
import {
	finishText,
	parseTemplate,
	type Piece,
	type Template,
	type TemplateSecret,
} from "../../template/mod.ts";
import { parseGoTemplate } from "../go/mod.ts";
import { toHandlebars } from "./to-handlebars.ts";

/** Templates as they are written for Vault Agent, and what becomes of them. */
const RECIPES: readonly (readonly [go: string, handlebars: string])[] = [
	[
		'{{ with secret "secret/data/llm" }}{{ .Data.data.api_key }}{{ end }}',
		'{{#secret "secret/data/llm"}}{{api_key}}{{/secret}}',
	],
	[
		'{{- with secret "secret/data/llm" -}}\nexport KEY="{{ .Data.data.api_key }}"\n{{- end }}\n',
		'{{#secret "secret/data/llm"~}}\nexport KEY="{{api_key}}"{{/secret}}\n',
	],
	[
		'{{ with secret "secret/data/llm" }}\nKEY={{ .Data.data.api_key }}\n{{ end }}\n',
		'{{#secret "secret/data/llm"}}{{!}}\nKEY={{api_key}}\n{{/secret}}{{!}}\n',
	],
	[
		'{{ with secret "secret/data/llm" }}{{ index .Data.data "dash-ed" }} {{ .Data.metadata.version }}{{ end }}',
		'{{#secret "secret/data/llm"}}{{[dash-ed]}} {{Data.metadata.version}}{{/secret}}',
	],
	[
		'{{ with secret "database/creds/app" }}{{ .Data.username }}:{{ .Data.password }} {{ .LeaseID }}{{ end }}',
		'{{#secret "database/creds/app"}}{{username}}:{{password}} {{LeaseID}}{{/secret}}',
	],
	[
		'{{ $s := secret "secret/data/llm" }}{{ $s.Data.data.api_key | toUpper }}',
		'{{toUpper (get (secret "secret/data/llm") "api_key")}}',
	],
	[
		'{{ with $s := secret "secret/data/llm" }}{{ if $s.Data.data.absent }}a{{ else if .Data.data.api_key }}b{{ else }}c{{ end }}{{ end }}',
		'{{#secret "secret/data/llm"}}{{#if (default absent "")}}a{{else if (default api_key "")}}b{{else}}c{{/if}}{{/secret}}',
	],
	[
		'{{ with secret "secret/data/llm" }}{{ range $k, $v := .Data.data }}{{ $k }}={{ $v }}\n{{ end }}{{ end }}',
		'{{#secret "secret/data/llm"}}{{#each Data.data}}{{@key}}={{this}}\n{{/each}}{{/secret}}',
	],
	[
		'{{ with secret "secret/data/llm" }}{{ $key := .Data.data.api_key }}{{ range .Data.data.models }}{{ . }}:{{ $key }} {{ else }}none{{ end }}{{ end }}',
		'{{#secret "secret/data/llm"}}{{#each models}}{{this}}:{{../api_key}} {{else}}none{{/each}}{{/secret}}',
	],
	[
		'{{ with secret "secret/data/llm" }}{{ with .Data.data }}{{ .api_key }}{{ end }}{{ end }}',
		'{{#secret "secret/data/llm"}}{{#with (default Data.data "")}}{{api_key}}{{/with}}{{/secret}}',
	],
	[
		'{"key":{"k":"{{ with secret "secret/data/llm" }}{{ .Data.data.api_key }}{{ end }}"}}',
		'{"key":{"k":"{{#secret "secret/data/llm"}}{{api_key}}{{/secret}}"}}',
	],
	[
		'{{ with secret "secret/data/llm" }}{{ printf "%s-%v!" .Data.data.api_key .Data.data.number }}{{ end }}',
		'{{#secret "secret/data/llm"}}{{api_key}}-{{number}}!{{/secret}}',
	],
	[
		'{{ with secret "secret/data/llm" }}{{ .Data.data.encoded | base64Decode }}{{ .Data.data.api_key | base64Encode | trimSpace }}{{ end }}',
		'{{#secret "secret/data/llm"}}{{base64Decode encoded}}{{trim (base64Encode api_key)}}{{/secret}}',
	],
	[
		'{{ env "HOME" }}{{ envOrDefault "NOPE" "x" }}',
		'{{default (env "HOME") ""}}{{default (env "NOPE") "x"}}',
	],
	[
		'{{/* a note */}}\n{{ with secret "pki/issue/app" "common_name=a.example" "ttl=1h" }}{{ .Data.certificate }}{{ end }}',
		'{{!-- a note --}}{{!}}\n{{#secret "pki/issue/app" common_name="a.example" ttl="1h"}}{{certificate}}{{/secret}}',
	],
	[
		'{{ range secrets "secret/metadata/llm" }}{{ . }},{{ end }}',
		'{{#each (secrets "secret/metadata/llm")}}{{this}},{{/each}}',
	],
	['a {{ "{{" }} b', String.raw`a \{{ b`],
	[
		'{{ with secret "secret/data/llm" }}C:\\{{ .Data.data.api_key }}{{ end }}',
		String.raw`{{#secret "secret/data/llm"}}C:\\{{api_key}}{{/secret}}`,
	],
	[
		'{{ with secret "secret/data/llm" }}{{ if eq .Data.data.api_key "k" "m" }}x{{ end }}{{ if not .Data.data.absent }}y{{ end }}{{ end }}',
		'{{#secret "secret/data/llm"}}{{#if (or (eq api_key "k") (eq api_key "m"))}}x{{/if}}{{#if (not (default absent ""))}}y{{/if}}{{/secret}}',
	],
];

const kv = (path: string, fields: TemplateSecret["fields"]): TemplateSecret => ({
	path,
	version: 3,
	fields,
	Data: { data: fields, metadata: { version: 3 } },
	LeaseID: "",
	LeaseDuration: 0,
	Renewable: false,
});

const plain = (path: string, fields: TemplateSecret["fields"]): TemplateSecret => ({
	path,
	fields,
	Data: fields,
	LeaseID: "lease/1",
	LeaseDuration: 60,
	Renewable: true,
});

async function rendered(
	template: Template,
	format: string,
	fields: TemplateSecret["fields"],
): Promise<string> {
	const secrets = new Map([
		["secret/data/llm", kv("secret/data/llm", fields)],
		["database/creds/app", plain("database/creds/app", { username: "u", password: "p" })],
		["pki/issue/app", plain("pki/issue/app", { certificate: "PEM" })],
	]);
	const pass = template.render({
		lookup: ({ path, kind }) => {
			if (kind === "list") return { kind: "names", names: ["a", "b/"] };
			const secret = secrets.get(path);
			return secret === undefined ? { kind: "absent", path, reason: "missing" } : { kind: "secret", secret };
		},
		env: (name) => (name === "HOME" ? "/root" : undefined),
		readFile: () => "",
		now: () => 0,
	});
	if (pass.kind === "incomplete") throw new Error("it lacks secrets");
	return await finishText(format, pass.pieces as readonly Piece[], "x");
}

async function both(
	go: string,
	format: string,
	fields: TemplateSecret["fields"],
): Promise<readonly string[]> {
	const translation = await toHandlebars({ file: "a.tpl", text: go, left: "{{", right: "}}" });
	if (translation.kind === "kept") throw new Error(translation.reason);
	const before = await parseGoTemplate(go, {
		file: "a.tpl",
		errorOnMissingKey: false,
		isEscaped: false,
		denied: [],
	});
	const after = parseTemplate(translation.text, { file: "a.hbs", allowEmpty: true });
	return [await rendered(before, format, fields), await rendered(after, format, fields)];
}

describe("a Go template", () => {
	test.each(RECIPES)("%j is said in Handlebars", async (go, handlebars) => {
		const translation = await toHandlebars({ file: "a.tpl", text: go, left: "{{", right: "}}" });

		expect(translation).toEqual({ kind: "handlebars", text: handlebars });
	});

	test.each(RECIPES)("%j writes the same bytes afterwards", async (go) => {
		const word = stringMatching(/^[A-Za-z0-9_-]{1,40}$/);

		await assert(
			asyncProperty(word, word, array(word, { maxLength: 3 }), async (api_key, dashed, models) => {
				const encoded = Buffer.from(dashed).toString("base64");
				const fields = { api_key, "dash-ed": dashed, encoded, number: 7, models };
				const isWhole = go.includes("$k, $v");
				const [before, after] = await both(go, "text", isWhole ? { api_key, encoded } : fields);
				expect(after).toBe(before);
			}),
			{ numRuns: 20 },
		);
	});

	test("with delimiters of its own may have braces beside its tags", async () => {
		const go = '{<< with secret "secret/data/llm" >><< .Data.data.api_key >><< end >>} {{ x }}';

		const translation = await toHandlebars({ file: "a.tpl", text: go, left: "<<", right: ">>" });

		expect(translation).toEqual({
			kind: "handlebars",
			text: String.raw`{ {{~#secret "secret/data/llm"}}{{api_key}}{{/secret~}} } \{{ x }}`,
		});
	});

	test.each([
		["a{{ range loop 3 }}{{ end }}", "a.tpl:1:11", "the function loop has no helper of the kind"],
		[
			'{{ define "t" }}x{{ end }}{{ template "t" }}',
			"a.tpl:1:1",
			"templates within templates have no counterpart",
		],
		["{{ $x := 1 }}\n{{ $x = 2 }}", "a.tpl:2:4", "a variable that changes has no counterpart"],
		[
			'{{ with secret "secret/data/llm" }}{{ .Data.data }}{{ end }}',
			"a.tpl:1:39",
			"a secret as a whole is printed",
		],
		[
			'{{ with secret "secret/data/llm" }}{{ range $k, $v := .Data }}{{ $k }}: {{ $v }}\n{{ end }}{{ end }}',
			"a.tpl:1:76",
			"what is in .Data is printed, and on a KV v2 mount that is no plain value",
		],
		[
			'{{ with secret "secret/llm" }}{{ with $d := .Data }}{{ range $d }}{{ printf "<%s>" . }}{{ end }}{{ end }}{{ end }}',
			"a.tpl:1:70",
			"what is in .Data is printed",
		],
		[
			'{{ with secret (printf "secret/data/%s" (env "X")) }}x{{ end }}',
			"a.tpl:1:9",
			"Handlebars puts texts together",
		],
	])("%j stays as it is, with the place and the reason", async (go, place, reason) => {
		const translation = await toHandlebars({ file: "a.tpl", text: go, left: "{{", right: "}}" });

		expect(translation).toEqual({ kind: "kept", place, reason: expect.stringContaining(reason) });
	});
});
