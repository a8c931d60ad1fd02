import { describe, expect, test } from "vitest";
import type { TemplateError } from "./errors.ts";
import { finishText } from "./format/mod.ts";
import type { Found, TemplateInputs } from "./inputs.ts";
import { holdsPort, withPort } from "./port.ts";
import { parseTemplate } from "./template.ts";
import { secretTemplate } from "./variable.ts";

const SECRET = {
	path: "secret/data/gw",
	version: 1,
	fields: { api_key: "sk-1", port: "5432" },
	Data: {},
	LeaseID: "",
	LeaseDuration: 0,
	Renewable: false,
};

function inputs(over: Partial<TemplateInputs> = {}): TemplateInputs {
	return {
		lookup: () => ({ kind: "secret", secret: SECRET }),
		env: () => "5",
		readFile: () => "",
		now: () => 0,
		hasPort: true,
		...over,
	};
}

function piecesOf(text: string, over: Partial<TemplateInputs> = {}) {
	const pass = parseTemplate(text, { file: "t.hbs", allowEmpty: false }).render(inputs(over));
	if (pass.kind === "incomplete") throw new Error("incomplete");
	return pass.pieces;
}

async function rendered(text: string, format = "text"): Promise<string> {
	return await finishText(format, withPort(piecesOf(text), 41_873), "t.hbs");
}

function portsOf(text: string): (string | number | undefined)[][] {
	const { ports } = parseTemplate(text, { file: "t.hbs", allowEmpty: false }).discover();
	return ports.map(({ line, column, expression }) => [line, column, expression]);
}

function failure(text: string, over: Partial<TemplateInputs> = {}): TemplateError {
	try {
		piecesOf(text, over);
	} catch (error) {
		return error as TemplateError;
	}
	throw new Error("it was rendered");
}

describe("the private port in a template", () => {
	test.each([
		["{{port}}", "41873"],
		["{{@port}}", "41873"],
		["http://127.0.0.1:{{ port }}/v1", "http://127.0.0.1:41873/v1"],
		['{{#secret "secret/data/gw"}}{{@port}} {{port}}{{/secret}}', "41873 5432"],
		['{{#with (secret "secret/data/gw")}}{{../port}}{{/with}}', "41873"],
		['{{#if (env "X")}}{{port}}{{/if}}', "41873"],
		["{{#if @port}}rolling{{else}}4000{{/if}}", "rolling"],
		["{{default port 4000}} {{{raw @port}}} {{@root.port}}", "41873 41873 41873"],
		["{{#with port}}{{this}}{{/with}}", "41873"],
	])("%s is %s", async (text, expected) => {
		expect(await rendered(text)).toBe(expected);
	});

	test.each([
		["json", '{"port": {{port}}, "url": "http://127.0.0.1:{{port}}"}'],
		["yaml", '{"port": {{port}}, "url": "http://127.0.0.1:{{@port}}"}'],
	])("is a number in %s, and text in quotes", async (format, text) => {
		expect(JSON.parse(await rendered(text, format))).toEqual({ port: 41_873, url: "http://127.0.0.1:41873" });
	});

	test("makes a text another for each port, which others are not", () => {
		expect(holdsPort(piecesOf("{{port}}"))).toBe(true);
		expect(holdsPort(piecesOf('{{#secret "secret/data/gw"}}{{port}}{{/secret}}'))).toBe(false);
	});

	test.each(["{{toJSON port}}", "{{#if (eq @port 1)}}x{{/if}}", '{{replaceAll "NAME" port "x"}}'])(
		"cannot be worked with: %s",
		(text) => {
			expect(failure(text)).toMatchObject({
				code: "E_TEMPLATE_VALUE",
				message: expect.stringContaining("cannot work with the port") as string,
			});
		},
	);

	test("is offered where a secret has no such field", () => {
		const secret = { ...SECRET, fields: { api_key: "sk-1" } };
		const lookup = (): Found => ({ kind: "secret", secret });

		expect(failure('{{#secret "secret/data/gw"}}{{port}}{{/secret}}', { lookup }).rows).toMatchObject({
			do: "write {{@port}} for the child's private port, or add the field in Vault",
		});
	});

	test("is not there without rolling", () => {
		expect(failure("{{port}}", { hasPort: false }).code).toBe("E_FIELD_MISSING");
		expect(failure("{{@port}}", { hasPort: false }).code).toBe("E_FIELD_MISSING");
	});
});

describe("where a template asks for the port", () => {
	test.each([
		["a\n  {{port}}", [[2, 5, "{{port}}"]]],
		['{{#secret "a"}}{{port}}{{/secret}}', []],
		[
			'{{#secret "a"}}{{@port}}{{else}}{{port}}{{/secret}}',
			[
				[1, 18, "{{@port}}"],
				[1, 35, "{{port}}"],
			],
		],
		['{{#each (secrets "a") as |port|}}{{port}}{{/each}}', []],
		["{{#if (eq port 1)}}{{else}}{{/if}}", [[1, 11, "{{port}}"]]],
		['{{#secret "a" port=@port}}{{/secret}}', [[1, 20, "{{@port}}"]]],
		[
			"{{#unless port}}{{#if x}}{{port}}{{/if}}{{/unless}}",
			[
				[1, 11, "{{port}}"],
				[1, 28, "{{port}}"],
			],
		],
		['{{env "port"}}{{ports}}{{@ports}}', []],
	])("is told without rendering: %j", (text, expected) => {
		expect(portsOf(text)).toEqual(expected);
	});

	test("a bare port is a field of the secret that a variable is made of", () => {
		const options = { file: "env.X", allowEmpty: false };
		const ports = (text: string) => secretTemplate("secret/data/gw", text, options).discover().ports.length;

		expect(ports("{{port}}")).toBe(0);
		expect(ports("{{@port}}")).toBe(1);
	});
});
