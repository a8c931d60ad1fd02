import { describe, expect, test } from "vitest";
import { AgentError, type JsonValue, parseJson } from "../../kernel/mod.ts";
import {
	type Found,
	plainText,
	type Piece,
	type TemplateInputs,
	type TemplateRequest,
	withPort,
} from "../../template/mod.ts";
import { type GoTemplateOptions, parseGoTemplate } from "./mod.ts";

type Fields = { readonly [name: string]: JsonValue };

/** A secret with versions. */
const versioned = (path: string, fields: Fields, version = 4): Found => ({
	kind: "secret",
	secret: {
		path,
		version,
		fields,
		Data: { data: fields, metadata: { version } },
		LeaseID: "",
		LeaseDuration: 0,
		Renewable: false,
	},
});

const OPENAI = "secret/data/llm/openai";
const STORE: Readonly<Record<string, Found>> = {
	[OPENAI]: versioned(OPENAI, {
		"api-key": "sk-dash",
		api_key: "sk-one",
		organization: "org",
		limit: parseJson("12345678901234567890"),
		nested: { url: "http://h" },
	}),
	"secret/data/llm/anthropic": versioned("secret/data/llm/anthropic", { api_key: "sk-ant" }),
	"database/creds/model": {
		kind: "secret",
		secret: {
			path: "database/creds/model",
			fields: { username: "u", password: "p" },
			Data: { username: "u", password: "p" },
			LeaseID: "database/creds/model/1",
			LeaseDuration: 3600,
			Renewable: true,
		},
	},
	"secret/data/gone": { kind: "absent", path: "secret/data/gone", reason: "deleted", version: 2 },
	"secret/data/none": { kind: "absent", path: "secret/data/none", reason: "missing" },
	"list secret/metadata/none": { kind: "absent", path: "secret/metadata/none", reason: "missing" },
	"list secret/metadata/llm": { kind: "names", names: ["openai", "anthropic"] },
};

const keyOf = ({ kind, path }: TemplateRequest) => (kind === "list" ? `list ${path}` : path);

const INPUTS: TemplateInputs = {
	lookup: (request) => STORE[keyOf(request)] ?? { kind: "pending" },
	env: (name) => (name === "HOME" ? "/home/gw" : undefined),
	readFile: (path) => `<${path}>`,
	now: () => Date.UTC(2026, 10, 21, 10, 2, 11),
};

const OPTIONS: GoTemplateOptions = {
	file: "t.ctmpl",
	errorOnMissingKey: false,
	isEscaped: true,
	denied: [],
};

async function passOf(text: string, options: Partial<GoTemplateOptions> = {}) {
	const template = await parseGoTemplate(text, { ...OPTIONS, ...options });
	return template.render(INPUTS);
}

async function complete(text: string, options: Partial<GoTemplateOptions> = {}) {
	const pass = await passOf(text, options);
	if (pass.kind === "incomplete") throw new Error(`incomplete: ${pass.missing.map(keyOf).join(" ")}`);
	return pass;
}

async function rendered(text: string, options: Partial<GoTemplateOptions> = {}): Promise<string> {
	return plainText(withPort((await complete(text, options)).pieces, 0), undefined);
}

async function values(text: string, options: Partial<GoTemplateOptions> = {}) {
	const { pieces } = await complete(text, options);
	return (pieces as readonly Piece[]).filter((piece) => piece.kind === "value");
}

async function faultOf(text: string, options: Partial<GoTemplateOptions> = {}): Promise<AgentError> {
	const error: unknown = await passOf(text, options).catch((reason: unknown) => reason);
	if (!(error instanceof AgentError)) throw new Error("no AgentError was thrown", { cause: error });
	return error;
}

describe("a Go template over secrets", () => {
	test("writes a field of a secret", async () => {
		const text = `{{ with secret "${OPENAI}" }}KEY={{ .Data.data.api_key }}{{ end }}`;

		expect(await rendered(text)).toBe("KEY=sk-one");
	});

	test("keeps the digits of numbers", async () => {
		const text = `{{ (secret "${OPENAI}").Data.data.limit }}`;

		expect(await rendered(text)).toBe("12345678901234567890");
	});

	test("knows the lease of a dynamic secret", async () => {
		const text =
			'{{ with secret "database/creds/model" }}{{ .LeaseID }} {{ .LeaseDuration }} {{ .Renewable }} {{ .Data.username }}{{ end }}';

		expect(await rendered(text)).toBe("database/creds/model/1 3600 true u");
	});

	test("lists names in order, and none where there is nothing", async () => {
		const text =
			'{{ range secrets "secret/metadata/llm" }}{{ . }},{{ end }}{{ range secrets "secret/metadata/none" }}x{{ else }}none{{ end }}';

		expect(await rendered(text)).toBe("anthropic,openai,none");
	});

	test("takes other delimiters", async () => {
		const text = `<< with secret "${OPENAI}" ->> << .Data.data.organization >><< end >>`;

		expect(await rendered(text, { leftDelimiter: "<<", rightDelimiter: ">>" })).toBe("org");
	});

	test("has nothing at its top", async () => {
		expect(await rendered("{{ . }}")).toBe("<no value>");
	});

	test("has sprig's functions under their names", async () => {
		expect(await rendered('{{ "a b" | sprig_upper | sprig_quote }}')).toBe('"A B"');
	});

	test("reads files below its sandbox alone", async () => {
		const roots: (readonly string[])[] = [];
		const inputs: TemplateInputs = { ...INPUTS, readFile: (_path, given) => `${roots.push(given)}` };
		const template = await parseGoTemplate('{{ file "/a" }}', {
			...OPTIONS,
			sandboxPath: "/box",
			fileRoots: ["/x"],
		});

		template.render(inputs);

		expect(roots).toEqual([["/box"]]);
	});
});

describe("a pass that lacks secrets", () => {
	test("names all of them that it could come to", async () => {
		const text =
			'{{ with secret "kv/a" }}{{ .Data.x }}{{ end }}{{ with secret "kv/b" "ttl=1h" }}{{ end }}{{ range secrets "kv/" }}{{ end }}';

		const pass = await passOf(text);

		expect(pass).toMatchObject({
			kind: "incomplete",
			missing: [
				{ kind: "read", path: "kv/a" },
				{ kind: "read", path: "kv/b", parameters: { ttl: "1h" } },
				{ kind: "list", path: "kv" },
			],
		});
	});

	test("goes on with what is made of them", async () => {
		const text =
			'{{ $k := (secret "kv/a").Data.x | printf "kv/%s" }}{{ if eq $k "x" }}{{ index . "q" }}{{ end }}{{ (secret "kv/b").Data.y | len }}';

		const pass = await passOf(text);

		expect(pass).toMatchObject({ kind: "incomplete", missing: [{ path: "kv/a" }, { path: "kv/b" }] });
	});

	test("has no errors: they may come of the secrets' missing", async () => {
		const pass = await passOf('{{ secret "kv/a" }}{{ (secret "secret/data/none").Data }}');

		expect(pass).toMatchObject({ kind: "incomplete", missing: [{ path: "kv/a" }] });
	});
});

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
		const text = `{{ with secret "${OPENAI}" }}{{ index .Data.data "api.key" }}{{ end }}`;

		const { notes } = await complete(text, { errorOnMissingKey: true });

		expect(notes).toMatchObject([{ field: "api.key", path: OPENAI }]);
		expect(notes?.[0]?.message).toContain('write {{index .Data.data "api-key"}}');
	});

	test("of a map that was made of values tells no names, which may be parts of them", async () => {
		const text = `{{ (splitToMap "," ":" (toJSON (secret "${OPENAI}").Data.data)).q }}`;

		const fault = await faultOf(text, { errorOnMissingKey: true });

		expect(fault.rows).not.toHaveProperty("has");
		expect(JSON.stringify(fault)).not.toContain("sk-one");
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

describe("discover()", () => {
	test("tells requests whose path is written out, in any block and template", async () => {
		const template = await parseGoTemplate(
			`{{ if false }}{{ with secret "kv/a?version=2" }}{{ end }}{{ else }}{{ range secrets "kv/" }}{{ end }}{{ end }}
			{{ define "t" }}{{ (secret "kv/b" "ttl=1h").Data.x }}{{ end }}{{ "kv/c" | secret }}{{ $x := pkiCert "pki/issue/x" "common_name=a" }}`,
			OPTIONS,
		);

		expect(template.discover()).toEqual({
			requests: expect.arrayContaining([
				{ kind: "read", path: "kv/a", version: 2 },
				{ kind: "list", path: "kv" },
				{ kind: "read", path: "kv/b", parameters: { ttl: "1h" } },
				{ kind: "read", path: "kv/c" },
				{ kind: "read", path: "pki/issue/x", parameters: { common_name: "a" } },
			]) as unknown,
			computed: [],
			ports: [],
		});
	});

	test("tells where a path is computed", async () => {
		const template = await parseGoTemplate(
			'{{ secret (printf "kv/%s" (env "X")) }}{{ env "P" | secret }}',
			OPTIONS,
		);

		expect(template.discover()).toMatchObject({
			requests: [],
			computed: [
				{ file: "t.ctmpl", line: 1, column: 4 },
				{ line: 1, column: 53 },
			],
		});
	});
});

describe("side files", () => {
	test("come with the pass, and know whether something from outside is in them", async () => {
		const text = `{{ "plain" | writeToFile "/a" "" "" "0644" }}{{ (secret "${OPENAI}").Data.data.api_key | writeToFile "/b" "u" "g" "0600" "append,newline" }}`;

		const { files, pieces } = await complete(text);

		expect(pieces).toEqual([]);
		expect(files).toMatchObject([
			{ path: "/a", mode: 0o644, isAppended: false, pieces: [{ kind: "text", text: "plain" }] },
			{
				path: "/b",
				mode: 0o600,
				isAppended: true,
				user: "u",
				group: "g",
				pieces: [{ kind: "value", value: "sk-one\n", raw: true }],
			},
		]);
	});
});
