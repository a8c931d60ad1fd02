import * as fc from "fast-check";
import { expect, test } from "vitest";
import { plainText, parseTemplate, type Piece, type Template } from "../../template/mod.ts";
import { parseGoTemplate } from "../go/mod.ts";
import { toHandlebars } from "./to-handlebars.ts";

const FIELDS = {
	key: "sk-1",
	other: "two",
	empty: "",
	list: ["a", "b"],
	map: { x: "1", "y-z": "2" },
	number: 3,
};

const text = fc
	.array(fc.constantFrom(" ", "\n", "\n", "  ", "\t", "\r\n", "x", "K=", "}", "{", "\\", '"', "{}"), {
		maxLength: 4,
	})
	.map((parts) => parts.join("").replaceAll(/\{+(?=\{|$)/g, "["));

/** An action with or without trim markers. */
const tag = (inner: string) =>
	fc
		.tuple(fc.constantFrom("{{", "{{", "{{- "), fc.constantFrom("}}", "}}", " -}}"))
		.map(([left, right]) => `${left}${inner}${right}`);

const one = (...words: readonly string[]) => fc.constantFrom(...words);

const FIELD = one(
	".Data.data.key",
	".Data.data.other",
	".Data.data.number",
	".Data.data.map.x",
	'(index .Data.data.map "y-z")',
	"$s.Data.data.key",
);
const VALUE = fc.oneof(
	FIELD,
	one(".Data.data.key | base64Encode | base64Decode", "$s.Data.data.other | toUpper | trimSpace"),
	FIELD.map((field) => `printf "%v-%v" ${field} ${field}`),
	one('"constant"', "$k", 'env "HOME"', 'sprig_default "d" .Data.data.absent'),
);
const CONDITION = one(
	".Data.data.key",
	".Data.data.absent",
	".Data.data.empty",
	"not .Data.data.absent",
	'and .Data.data.key (eq .Data.data.other "two")',
	"or .Data.data.empty .Data.data.absent",
	'eq .Data.data.other "one" "two"',
);

const { list } = fc.letrec<{ list: string; statement: string }>((tie) => ({
	statement: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		text,
		VALUE.chain(tag),
		one("/* a comment */").chain((comment) => one(`{{${comment}}}`, `{{- ${comment} -}}`)),
		fc
			.tuple(
				CONDITION.chain((inner) => tag(`if ${inner}`)),
				tie("list"),
				tag("else"),
				tie("list"),
				tag("end"),
			)
			.map((parts) => parts.join("")),
		fc
			.tuple(
				CONDITION.chain((inner) => tag(`if ${inner}`)),
				tie("list"),
				CONDITION.chain((inner) => tag(`else if ${inner}`)),
				tie("list"),
				tag("end"),
			)
			.map((parts) => parts.join("")),
		fc
			.tuple(
				one("range .Data.data.list", "range $i, $v := .Data.data.list").chain(tag),
				text,
				one("{{ . }}", "{{ $k }}", "{{ $s.Data.data.key }}"),
				text,
				tag("end"),
			)
			.map((parts) => parts.join("")),
		fc
			.tuple(
				tag("range $n, $v := .Data.data.map"),
				text,
				one("{{ $n }}={{ $v }}", "{{- $n }}", "{{ . -}}"),
				text,
				tag("end"),
			)
			.map((parts) => parts.join("")),
		fc
			.tuple(
				one("with .Data.data.map", "with $m := .Data.data.map").chain(tag),
				text,
				one("{{ .x }}", '{{ index . "y-z" }}', "{{ $k }}"),
				text,
				tag("end"),
			)
			.map((parts) => parts.join("")),
		one("$v := .Data.data.other", "$v := .Data.data.key | toUpper")
			.chain(tag)
			.map((declared) => `${declared}{{ $v }}`),
	),
	list: fc.array(tie("statement"), { maxLength: 4 }).map((statements) => statements.join("")),
}));

const template = fc
	.tuple(text, tag('with $s := secret "secret/data/x"'), tag("$k := .Data.data.key"), list, tag("end"), text)
	.map((parts) => parts.join(""));

function rendered(parsed: Template): string {
	const secret = {
		path: "secret/data/x",
		version: 1,
		fields: FIELDS,
		Data: { data: FIELDS, metadata: { version: 1 } },
		LeaseID: "",
		LeaseDuration: 0,
		Renewable: false,
	};
	const pass = parsed.render({
		lookup: () => ({ kind: "secret", secret }),
		env: () => "/root",
		readFile: () => "",
		now: () => 0,
	});
	if (pass.kind === "incomplete") throw new Error("it lacks secrets");
	return plainText(pass.pieces as readonly Piece[], undefined);
}

test("whatever is said in Handlebars writes the same bytes, with all blanks, lines and trim markers", async () => {
	let translated = 0;
	await fc.assert(
		fc.asyncProperty(template, async (go) => {
			const translation = await toHandlebars({ file: "a.tpl", text: go, left: "{{", right: "}}" });
			if (translation.kind === "kept") return;
			translated++;

			const before = rendered(
				await parseGoTemplate(go, { file: "a.tpl", errorOnMissingKey: false, isEscaped: false, denied: [] }),
			);
			const after = rendered(parseTemplate(translation.text, { file: "a.hbs", allowEmpty: true }));

			expect(after).toBe(before);
		}),
		{ numRuns: Number(process.env["FUZZ_RUNS"] ?? 300) },
	);
	expect(translated).toBeGreaterThan(200);
});
