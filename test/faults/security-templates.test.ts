import { expect, test } from "vitest";
import { AgentError, type JsonValue, parseJson } from "../../src/kernel/mod.ts";
import { finishText, parseTemplate, plainText, type TemplateRequest } from "../../src/template/mod.ts";

// Whoever may write one secret chooses names and values in it. Neither may end the agent, keep it busy, or reach
// anything but the place where the template put it.

const PATH = "secret/data/a";

/** Renders a template inside of a secret with these fields, as the body of Vault's reply holds them. */
async function render(template: string, body: string, format?: string) {
	const fields = parseJson(body) as Readonly<Record<string, JsonValue>>;
	const asked: TemplateRequest[] = [];
	const secret = { path: PATH, fields, Data: {}, LeaseID: "", LeaseDuration: 0, Renewable: false };
	const inputs = {
		lookup: (request: TemplateRequest) => {
			asked.push(request);
			return request.path === PATH
				? ({ kind: "secret", secret } as const)
				: ({ kind: "absent", path: request.path, reason: "missing" } as const);
		},
		env: () => undefined,
		readFile: () => {
			throw Object.assign(new Error("none"), { code: "ENOENT" });
		},
		now: () => 0,
	};
	const text = `{{#secret "${PATH}"}}${template}{{/secret}}`;
	const pass = parseTemplate(text, { file: "t.hbs", allowEmpty: false }).render(inputs);
	if (pass.kind === "incomplete") throw new RangeError("Cannot be incomplete: everything has an answer");
	const pieces = pass.pieces;
	return {
		asked,
		text:
			format === undefined
				? plainText(pieces as never, undefined)
				: await finishText(format, pieces as never, "t.hbs"),
	};
}

/** The error of a template that cannot be rendered; anything but an AgentError ends the agent. */
async function refusal(template: string, body: string, format?: string): Promise<AgentError> {
	const error: unknown = await render(template, body, format).then(
		() => new Error("it was rendered"),
		(reason: unknown) => reason,
	);
	if (!(error instanceof AgentError)) throw error;
	return error;
}

const HOSTILE =
	'{"__proto__":{"polluted":"p"},"constructor":{"prototype":{"polluted":"c"}},"toString":"t","hasOwnProperty":"h","valueOf":"v","toJSON":"j","length":"l"}';

test("fields that are called like parts of every object are fields, and change no object", async () => {
	const { text } = await render(
		'{{toString}}{{hasOwnProperty}}{{valueOf}}{{toJSON}}{{length}}{{get (get this "__proto__") "polluted"}}{{constructor.prototype.polluted}}',
		HOSTILE,
	);

	expect(text).toBe("thvjlpc");
	expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("they are kept by toJSON, by toYAML, by parseJSON and by each", async () => {
	const inner = JSON.stringify(HOSTILE);
	const through = await render(
		"{{toJSON this}}\n{{#each (parseJSON text)}}{{@key}} {{/each}}\n{{toJSON (parseJSON text)}}\n{{toYAML this}}",
		`{"text":${inner},"__proto__":{"x":1},"constructor":"c"}`,
	);

	const [json = "", names, again, ...yaml] = through.text.split("\n");
	expect(json).toBe(`{"text":${inner},"__proto__":{"x":1},"constructor":"c"}`);
	expect(names).toBe("__proto__ constructor toString hasOwnProperty valueOf toJSON length ");
	expect(again).toBe(HOSTILE);
	expect(yaml).toEqual([`"text": ${inner}`, '"__proto__":', '  "x": 1', '"constructor": "c"']);
});

test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"])(
	"a field %s that is not there is missing like any other",
	async (name) => {
		for (const template of [`{{${name}}}`, `{{get "${name}"}}`, `{{nested.${name}}}`, `{{list.${name}}}`]) {
			const error = await refusal(template, '{"a":"x","nested":{"b":"y"},"list":["z"]}');
			expect(error.code).toBe("E_FIELD_MISSING");
		}
		const { text } = await render(`{{#if (has "${name}")}}yes{{else}}no{{/if}}`, '{"a":"x"}');
		expect(text).toBe("no");
	},
);

const MEGABYTE = "a".repeat(2 ** 20);

test.each([
	['{{replaceAll "a" big big}}', "E_TEMPLATE_VALUE"],
	['{{replaceAll "" big big}}', "E_TEMPLATE_VALUE"],
	['{{join big (split "" big)}}', "E_TEMPLATE_VALUE"],
	['{{indent 256 (replaceAll "aa" "a\n" big)}}', "E_TEMPLATE_VALUE"],
	["{{toYAML deep}}", "E_TEMPLATE_VALUE"],
	["{{#each many}}{{#each ../many}}{{#each ../../many}}{{/each}}{{/each}}{{/each}}", "E_TEMPLATE_VALUE"],
	["{{parseJSON brackets}}", "E_TEMPLATE_VALUE"],
	["{{get big}}", "E_FIELD_MISSING"],
	["{{#with (secret big)}}{{/with}}", "E_TEMPLATE_HELPER"],
])("what a helper makes of large values is bounded: %s", async (template, code) => {
	const deep = `${"[".repeat(450)}${Array(100_000).fill(1).join()}${"]".repeat(450)}`;
	const many = JSON.stringify(Array(10_000).fill(1));
	const body = `{"big":"${MEGABYTE}","deep":${deep},"many":${many},"brackets":"${"[".repeat(1_000_000)}"}`;

	const error = await refusal(template, body);

	expect(error.code).toBe(code);
	expect(JSON.stringify([error.message, error.rows, error.facts]).length).toBeLessThan(1000);
});

test.each([
	["dotenv", 'K="{{#each many}}{{this}},{{/each}}"\n'],
	["dotenv", "# {{#each many}}{{this}},{{/each}}\n"],
	["dotenv:python", 'K="{{#each many}}{{this}},{{/each}}"\n'],
	["yaml", 'a: "{{#each many}}{{this}},{{/each}}"\n'],
	["dotenv", "{{#each many}}K{{@index}}={{this}}\n{{/each}}"],
	["json", '[{{#each many}}{{this}},{{/each}}"end"]'],
])(
	"a list as long as a secret can be is refused in %s, not tried value by value",
	async (format, template) => {
		const error = await refusal(template, `{"many":${JSON.stringify(Array(100_000).fill("a b"))}}`, format);

		expect(error.code).toBe("E_FORMAT_MALFORMED");
		expect(error.message).toMatch(/more than \d+ values/);
	},
);

test.each([
	"..",
	"a/../b",
	".",
	"a//b",
	"a\nb",
	"a\0b",
	"a\u001B[2J",
	"a\u202Eb",
	"half\uD800",
	"x".repeat(2000),
])("a computed path that is none is asked of nobody: %j", async (path) => {
	const error = await refusal("{{#with (secret p)}}{{/with}}", JSON.stringify({ p: path }));

	expect(error).toMatchObject({ code: "E_TEMPLATE_HELPER", exitCode: 2 });
	expect(`${error.message}${Object.values(error.rows).join("")}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
});

test.each(["a?b", "a#b", "a?version=2&x=1", "%2e%2e/b", "a;b", "a b", "é"])(
	"a computed path with signs of a URL is a path or refused, never another path: %j",
	async (path) => {
		const template = "{{#with (secret p)}}{{else}}none{{/with}}";
		const asked = await render(template, JSON.stringify({ p: path })).then(
			(done) => done.asked.at(-1)?.path,
			(error: unknown) => (error instanceof AgentError ? "refused" : error),
		);

		expect([path, "refused"]).toContain(asked);
	},
);

test("names of fields come into an error in one line, and not all of a hundred thousand", async () => {
	const names = [
		"a\nerror: forged",
		"\u001B[2J",
		"b\u202Ec",
		...Array.from({ length: 100_000 }, (_, n) => `name_${n}`),
	];
	const error = await refusal(
		"{{missing}}",
		JSON.stringify(Object.fromEntries(names.map((name) => [name, "x"]))),
	);

	expect(error.rows["has"]).toMatch(
		/^a\\u\{a\}error: forged, \\u\{1b\}\[2J, b\\u\{202e\}c, name_0, .*name_26 and 99973 more$/,
	);
});
