import Handlebars from "handlebars";
import { describe, expect, test } from "vitest";
import { parseJson } from "../kernel/mod.ts";
import { TemplateError } from "./errors.ts";
import { plainText } from "./format/mod.ts";
import type { Found, TemplateInputs, TemplateRequest } from "./inputs.ts";
import { withPort } from "./port.ts";
import { parseTemplate } from "./template.ts";

type Fields = { readonly [name: string]: unknown };

const secretOf = (path: string, fields: Fields, version = 4): Found => ({
	kind: "secret",
	secret: {
		path,
		version,
		fields: fields as never,
		Data: { data: fields, metadata: { version } } as never,
		LeaseID: "",
		LeaseDuration: 0,
		Renewable: false,
	},
});

const store: Record<string, Found> = {
	"secret/data/llm/openai": secretOf("secret/data/llm/openai", {
		"api-key": "sk-dash",
		"a.b-c": "dotted",
		api_key: "sk-one",
		blank: "",
		env: "prod",
		file: "a-field",
		key: "k",
		nothing: null,
		list: ["x", "y"],
		nested: { url: "http://h/?a=1&b=<2>", n: 1 },
		digits: parseJson("12345678901234567890"),
		price: parseJson("1.10"),
	}),
	"secret/data/gone": { kind: "absent", path: "secret/data/gone", reason: "deleted", version: 2 },
	"list secret/metadata/llm": { kind: "names", names: ["anthropic", "openai"] },
	"secret/data/llm/anthropic": secretOf("secret/data/llm/anthropic", { api_key: "sk-ant" }),
};

const keyOf = (request: TemplateRequest) => `${request.kind === "list" ? "list " : ""}${request.path}`;

const inputs = (over: Partial<TemplateInputs> = {}): TemplateInputs => ({
	lookup: (request) => store[keyOf(request)] ?? { kind: "pending" },
	env: (name) => (name === "HOME" ? "/home/gw" : undefined),
	readFile: (path) => {
		if (path === "/etc/ca.pem") return "PEM";
		throw Object.assign(new Error("no"), { code: "ENOENT" });
	},
	now: () => Date.UTC(2026, 10, 21, 10, 2, 11),
	...over,
});

function render(text: string, allowEmpty = false): string {
	const pass = parseTemplate(text, { file: "t.hbs", allowEmpty }).render(inputs());
	if (pass.kind === "incomplete") throw new Error(`incomplete: ${pass.missing.map(keyOf).join(" ")}`);
	return plainText(withPort(pass.pieces, 0), undefined);
}

function failure(text: string): TemplateError {
	try {
		render(text);
	} catch (error) {
		if (error instanceof TemplateError) return error;
		throw error;
	}
	throw new Error("it rendered");
}

const openai = (body: string) => `{{#secret "secret/data/llm/openai"}}${body}{{/secret}}`;

describe("parseTemplate() renders", () => {
	test.each([
		["a field of a secret", openai("K={{api_key}}"), "K=sk-one"],
		["a field with a helper's name", openai("{{env}} {{file}} {{key}}"), "prod a-field k"],
		["a helper with an argument", openai('{{env "HOME"}} {{file "/etc/ca.pem"}}'), "/home/gw PEM"],
		["dashed names in brackets", openai("{{[api-key]}}"), "sk-dash"],
		["dotted names by get", openai('{{get "a.b-c"}}'), "dotted"],
		["the version", openai("{{@version}} {{@path}}"), "4 secret/data/llm/openai"],
		["Vault Agent's names", openai("{{Data.data.api_key}} {{Data.metadata.version}}"), "sk-one 4"],
		[
			"with and a sub-expression",
			'{{#with (secret "secret/data/llm/openai")}}{{api_key}}{{/with}}',
			"sk-one",
		],
		[
			"a path with a leading slash",
			'{{#with (secret "/secret/data/llm/openai/")}}{{api_key}}{{/with}}',
			"sk-one",
		],
		["block parameters", '{{#secret "secret/data/llm/openai" as |s|}}{{s.api_key}}{{/secret}}', "sk-one"],
		["lists of names", '{{#each (secrets "secret/metadata/llm")}}{{this}};{{/each}}', "anthropic;openai;"],
		[
			"a secret for every name",
			'{{#each (secrets "secret/metadata/llm")}}{{#secret (join "/" (split "," (replaceAll "X" this "secret/data/llm,X")))}}{{../this}}={{api_key}} {{/secret}}{{/each}}',
			"anthropic=sk-ant openai=sk-one ",
		],
		["has", openai('{{#if (has "organization")}}yes{{else}}no{{/if}}'), "no"],
		["default for a missing field", openai('{{default organization "none"}}'), "none"],
		["default for an empty field", openai('{{default blank "none"}}'), "none"],
		["default that is empty", openai('[{{default organization ""}}]'), "[]"],
		["default for a variable", '{{default (env "NO_SUCH") "x"}}', "x"],
		["else of an absent secret", '{{#secret "secret/data/gone"}}a{{else}}b{{/secret}}', "b"],
		["numbers with their digits", openai("{{digits}} {{price}}"), "12345678901234567890 1.10"],
		[
			"JSON with the digits of numbers",
			openai("{{toJSON price}}{{toJSON nested}}"),
			'1.10{"url":"http://h/?a=1&b=<2>","n":1}',
		],
		["YAML", openai("{{toYAML nested}}"), '"url": "http://h/?a=1&b=<2>"\n"n": 1'],
		["nested fields without entities", openai("{{nested.url}}"), "http://h/?a=1&b=<2>"],
		["base64 there and back", openai("{{base64Decode (base64Encode api_key)}}"), "sk-one"],
		["base64url", openai("{{base64URLEncode api_key}}"), "c2stb25l"],
		["comparison", openai('{{#if (and (eq env "prod") (ne env "dev") (not (eq 1 2)))}}y{{/if}}'), "y"],
		[
			"text helpers",
			openai('{{toUpper api_key}} {{trim "  a "}} {{join "-" list}} {{indent 2 "a\nb"}}'),
			"SK-ONE a x-y   a\n  b",
		],
		["parsed JSON", `{{#with (parseJSON '{"a":1.50}')}}{{a}}{{/with}}`, "1.50"],
		[
			"the hash of a value",
			openai("{{sha256Hex api_key}}"),
			"456f1612bd25c6c8455039437bf441f43aa3b7d1c0b0047c712d5036dfebef0d",
		],
		["the time", "{{timestamp}}", "2026-11-21T10:02:11Z"],
		[
			"standalone blocks without empty lines",
			'{{#secret "secret/data/llm/openai"}}\nK={{api_key}}\n{{/secret}}\n',
			"K=sk-one\n",
		],
		["whitespace control", openai("  {{~api_key~}}  "), "sk-one"],
		["comments", "a{{! no }}{{!-- no --}}b", "ab"],
		[
			"each over fields",
			openai("{{#each nested}}{{@key}}={{this}} {{@first}}{{@last}};{{/each}}"),
			"url=http://h/?a=1&b=<2> truefalse;n=1 falsetrue;",
		],
	])("%s", (_what, text, expected) => {
		expect(render(text)).toBe(expected);
	});

	test("a value as an object only through toJSON", () => {
		expect(failure(openai("{{nested}}")).message).toBe(
			'field "nested" of secret/data/llm/openai is a list or an object, not text',
		);
	});
});

describe("parseTemplate() refuses", () => {
	test("a missing field, with place, names and the nearest one", () => {
		const error = failure(`a\n${openai("K={{api_kye}}")}`);

		expect(error).toMatchObject({ code: "E_FIELD_MISSING", exitCode: 4 });
		expect(error.message).toBe('field "api_kye" is not in secret/data/llm/openai (version 4)');
		expect(error.rows["in"]).toBe("t.hbs:2:39   {{api_kye}}");
		expect(error.rows["has"]).toContain("api-key, a.b-c, api_key");
		expect(error.rows["do"]).toContain('did you mean "api_key"?');
	});

	test.each([
		["an empty value", openai("{{blank}}"), "E_VALUE_EMPTY"],
		["null", openai("{{nothing}}"), "E_VALUE_EMPTY"],
		["an absent secret", '{{#secret "secret/data/gone"}}{{/secret}}', "E_SECRET_DELETED"],
		["an unknown helper", "{{tojson x}}", "E_TEMPLATE_HELPER"],
		["an unset variable", '{{env "NO_SUCH"}}', "E_ENV_MISSING"],
		["an unreadable file", '{{file "/no"}}', "E_TEMPLATE_VALUE"],
		["bytes that are no text", '{{base64Decode "/w=="}}', "E_TEMPLATE_VALUE"],
		["base64 that is none", '{{base64Decode "a*b"}}', "E_TEMPLATE_VALUE"],
		["a partial", "{{> x}}", "E_TEMPLATE_HELPER"],
		["a path that walks", '{{#secret "a/../b"}}{{/secret}}', "E_TEMPLATE_HELPER"],
		["a version that is none", '{{#secret "a/b" version=0}}{{/secret}}', "E_TEMPLATE_HELPER"],
		["a version with parameters", '{{#secret "a/b" version=1 x="y"}}{{/secret}}', "E_TEMPLATE_HELPER"],
		["a version far back", '{{#secret "a/b" version=-2}}{{/secret}}', "E_TEMPLATE_HELPER"],
		["a list with parameters", '{{#each (secrets "a/b" x="y")}}{{/each}}', "E_TEMPLATE_HELPER"],
		["a parameter without a name", '{{#secret "a/b" "x"}}{{/secret}}', "E_TEMPLATE_HELPER"],
		["a parameter given twice", '{{#secret "a/b" "x=1" x="2"}}{{/secret}}', "E_TEMPLATE_HELPER"],
		["a parameter that is nothing", '{{#secret "a/b" x=null}}{{/secret}}', "E_TEMPLATE_HELPER"],
		["a certificate for nobody", '{{#with (pkiCert "pki/issue/x")}}{{/with}}', "E_TEMPLATE_HELPER"],
		["an open block", '{{#secret "a"}}', "E_TEMPLATE_SYNTAX"],
		["a wrong end", "{{#if a}}{{/unless}}", "E_TEMPLATE_SYNTAX"],
		["a pure helper as a block", '{{#eq 1 "1"}}{{/eq}}', "E_TEMPLATE_HELPER"],
		["prototype access", openai("{{constructor}}"), "E_FIELD_MISSING"],
		["a field where no secret is", "{{api_key}}", "E_FIELD_MISSING"],
	])("%s", (_what, text, code) => {
		expect(failure(text).code).toBe(code);
	});

	test("required with the author's words", () => {
		expect(failure(openai('{{required organization "ask the platform team"}}')).message).toBe(
			"ask the platform team",
		);
	});
});

describe("a pass", () => {
	test("names everything that it lacks at once, also what a computed path needs", () => {
		const template = parseTemplate(
			'{{#secret "a/b"}}{{x}}{{/secret}}{{#with (secret "c/d?version=3")}}{{y}}{{/with}}{{#secret (env "HOME")}}{{/secret}}',
			{ file: "t", allowEmpty: false },
		);

		const pass = template.render(inputs());

		expect(pass).toEqual({
			kind: "incomplete",
			missing: [
				{ kind: "read", path: "a/b" },
				{ kind: "read", path: "c/d", version: 3 },
				{ kind: "read", path: "home/gw" },
			],
		});
	});

	test("discover() tells written paths, also in branches that may never run, and computed ones", () => {
		const text =
			'{{#if x}}{{#secret "a/b" version=2}}{{/secret}}{{else}}{{#each (secrets "l")}}{{#secret this}}{{/secret}}{{/each}}{{/if}}';

		const discovery = parseTemplate(text, { file: "t", allowEmpty: false }).discover();

		expect(discovery.requests).toEqual([
			{ kind: "read", path: "a/b", version: 2 },
			{ kind: "list", path: "l" },
		]);
		expect(discovery.computed).toHaveLength(1);
	});
});

describe("agrees with Handlebars itself on", () => {
	const context = { a: "1", b: { c: "2", d: ["x", "y"] }, yes: true, no: false, zero: 0, empty: [] };
	test.each([
		"{{a}}-{{b.c}}-{{b.d.[1]}}",
		"{{#each b.d}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}",
		"{{#each b.d as |v i|}}{{i}}:{{v}} {{/each}}",
		"{{#each empty}}x{{else}}none{{/each}}",
		"{{#if yes}}a{{else if no}}b{{else}}c{{/if}}{{#if zero}}z{{/if}}{{#unless no}}n{{/unless}}",
		"{{#with b}}{{c}}{{../a}}{{@root.a}}{{/with}}",
		"{{#with b}}{{#if ../yes}}{{c}}{{../a}}{{/if}}{{/with}}",
		"{{#b}}{{c}}{{/b}}{{^no}}inverse{{/no}}{{#b.d}}{{.}}{{/b.d}}",
		"{{lookup b.d 0}}{{#each b}}{{@key}} {{/each}}",
		"line\n  {{#if yes}}\n  in\n  {{/if}}\nend\n",
		"{{#if yes~}}   x   {{~/if}}\n{{{a}}}\\{{a}}",
	])("%s", (text) => {
		const wanted = Handlebars.compile(text, { noEscape: true, strict: false })(context);
		const secret = {
			path: "p",
			fields: context,
			Data: {},
			LeaseID: "",
			LeaseDuration: 0,
			Renewable: false,
		} as never;

		const pass = parseTemplate(text, { file: "t", allowEmpty: true }).render(inputs(), secret);

		expect(pass.kind === "complete" && plainText(withPort(pass.pieces, 0), undefined)).toBe(wanted);
	});
});
