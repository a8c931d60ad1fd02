import { describe, expect, test } from "vitest";
import type { Found } from "../inputs.ts";
import { withPort } from "../port.ts";
import { parseTemplate } from "../template.ts";
import { FormatError } from "./errors.ts";
import { finishText } from "./mod.ts";

async function finished(
	format: string,
	text: string,
	fields: { readonly [name: string]: unknown },
): Promise<string> {
	const secret = {
		path: "s",
		fields,
		Data: fields,
		LeaseID: "",
		LeaseDuration: 0,
		Renewable: false,
	} as never;
	const lookup = (): Found => ({ kind: "secret", secret });
	const inputs = { lookup, env: () => undefined, readFile: () => "", now: () => 0 };
	const pass = parseTemplate(text, { file: "t.hbs", allowEmpty: false }).render(inputs);
	if (pass.kind === "incomplete") throw new Error("incomplete");
	return await finishText(format, withPort(pass.pieces, 0), "t.hbs");
}

const ALL = '# all\n{{#secret "s"}}\n{{#each this}}\n{{@key}}={{this}}\n{{/each}}\n{{/secret}}\n';

describe("a name that comes from a secret", () => {
	test.each(["dotenv", "dotenv:compose", "shell"])(
		"is written in %s when a variable can have it",
		async (format) => {
			const text = await finished(format, ALL, { API_KEY: "sk-1", _x2: "a b" });

			expect(text).toMatch(/^# all\nAPI_KEY='?sk-1'?\n_x2='a b'\n$/);
		},
	);

	test("also after export", async () => {
		const text = '{{#secret "s"}}\nexport {{get "name"}}={{get "value"}}\n{{/secret}}\n';

		expect(await finished("shell", text, { name: "K", value: "$(id)" })).toBe("export K='$(id)'\n");
	});

	test("may be composed", async () => {
		const text =
			'{{#secret "s"}}\n{{#each this}}\nLLM_{{toUpper @key}}_KEY={{this}}\n{{/each}}\n{{/secret}}\n';

		expect(await finished("dotenv", text, { openai: "sk-1", x9: "sk-2" })).toBe(
			"LLM_OPENAI_KEY=sk-1\nLLM_X9_KEY=sk-2\n",
		);
		await expect(finished("dotenv", text, { "a-b": "sk" })).rejects.toThrow('field "a-b" of s is no name');
	});

	test.each(["api-key", "1st", "A B", "A=B", "x\ny", "$(id)", "é"])(
		"is refused by name when it is %j",
		async (name) => {
			const outcome = finished("shell", ALL, { [name]: "v" });

			await expect(outcome).rejects.toThrow(FormatError);
			await expect(finished("dotenv", ALL, { [name]: "v" })).rejects.toThrow(
				"is no name that a variable can have",
			);
		},
	);

	test("is no command, even when it spells one", async () => {
		await expect(
			finished("shell", '{{#secret "s"}}{{get "c"}} x{{/secret}}', { c: "reboot" }),
		).rejects.toThrow(FormatError);
	});
});

describe("toJSON", () => {
	const fields = { a: 'x"y', n: { deep: [1, "two"] } };

	test("is structure where JSON stands bare", async () => {
		expect(JSON.parse(await finished("json", '{{#secret "s"}}{{toJSON this}}{{/secret}}', fields))).toEqual(
			fields,
		);
		const inner = await finished(
			"json",
			'{{#secret "s"}}{"k": {{toJSON n}}, "a": "{{a}}"}{{/secret}}',
			fields,
		);
		expect(JSON.parse(inner)).toEqual({ k: fields.n, a: fields.a });
	});

	test("is a string inside of one", async () => {
		const text = await finished("json", '{"k": "{{#secret "s"}}{{toJSON n}}{{/secret}}"}', fields);
		expect(JSON.parse(text)).toEqual({ k: '{"deep":[1,"two"]}' });
	});

	test("is structure in YAML, and a value in env files", async () => {
		expect(await finished("yaml", 'k: {{#secret "s"}}{{toJSON n}}{{/secret}}\n', fields)).toBe(
			'k: {"deep":[1,"two"]}\n',
		);
		expect(await finished("dotenv", '{{#secret "s"}}K={{toJSON n}}{{/secret}}\n', fields)).toBe(
			`K='{"deep":[1,"two"]}'\n`,
		);
	});
});
