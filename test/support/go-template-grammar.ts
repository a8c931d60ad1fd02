import * as fc from "fast-check";

/** Data that the generated templates ask for; a list has as much room as items, for Go can slice beyond them. */
export const DATA = {
	s: "text",
	e: "",
	t: true,
	f: false,
	n: null,
	num: 42,
	dec: 1.5,
	l: ["a", 1, null, { k: "v" }],
	m: { b: "x", a: 2, c: { d: ["y", "z"] } },
	el: [],
	em: {},
};

/** One of the words of a text. */
function wordOf(...texts: readonly string[]): fc.Arbitrary<string> {
	return fc.constantFrom(...texts.flatMap((text) => text.split(" ")));
}

const NUMBERS = "0 1 -1 2 4 9 0x1F 1.5 1e3 'a' 1_0 -0.25 1e-7";
const TEXTS = '"" "a" "text" "é😀" `raw` "a\\tb" "%d|%s" "<&\'" "k"';
const FIELDS = ". .s .e .n .num .dec .l .m .m.c.d .q .q.r .s.x .k .t $ $.m.a";
const FUNCTIONS =
	"and or not len index slice print printf println html js urlquery eq ne lt le gt ge shout addInts wide half flip " +
	"joinAny keysOf joinStrings prefix fails words bytes nothing pairs nope";

const spaced = (parts: readonly string[]) => parts.join(" ");
const sizes = { depthSize: "small", withCrossShrink: true } as const;

interface Grammar {
	operand: string;
	command: string;
	pipe: string;
	statement: string;
	list: string;
}

const { list } = fc.letrec((tie: fc.LetrecTypedTie<Grammar>) => {
	const declared = wordOf("", "$x:=", "$x=", "$y:=");
	const opened = fc.oneof(
		fc.tuple(wordOf("if with"), declared).map(spaced),
		fc.constantFrom("range", "range $x :=", "range $x, $y :=", "range $x ="),
	);
	return {
		operand: fc.oneof(
			sizes,
			wordOf(FIELDS, NUMBERS, TEXTS, "$x $y $z.a true false nil"),
			fc.tuple(tie("pipe"), wordOf("", "", ".k", ".a.b")).map(([pipe, fields]) => `(${pipe})${fields}`),
		),
		command: fc.oneof(
			sizes,
			tie("operand"),
			fc
				.tuple(wordOf(FUNCTIONS), fc.array(tie("operand"), { maxLength: 4 }))
				.map(([name, all]) => spaced([name, ...all])),
			fc.tuple(tie("operand"), tie("operand")).map(spaced),
		),
		pipe: fc.array(tie("command"), { minLength: 1, maxLength: 3 }).map((commands) => commands.join(" | ")),
		statement: fc.oneof(
			sizes,
			fc.constantFrom("text", " ", "\n", "é{}", "  x  ", "{{/* c */}}", "{{- /* c */ -}}"),
			fc.tuple(declared, tie("pipe")).map(([head, pipe]) => `{{${head} ${pipe}}}`),
			fc
				.tuple(opened, tie("pipe"), tie("list"), tie("list"))
				.map(([head, pipe, body, other]) => `{{${head} ${pipe}}}${body}{{else}}${other}{{end}}`),
			fc
				.tuple(tie("pipe"), tie("pipe"), tie("list"))
				.map(([a, b, body]) => `{{if ${a}}}1{{else if ${b}}}${body}{{end}}`),
			fc.constantFrom("{{break}}", "{{continue}}", '{{template "t" .}}', '{{template "u"}}'),
			tie("pipe").map((pipe) => `{{- ${pipe} -}}`),
		),
		list: fc.array(tie("statement"), { maxLength: 4 }).map((statements) => statements.join("")),
	};
});

/** Templates that are mostly well-formed. */
export const grammatical: fc.Arbitrary<string> = fc
	.tuple(list, list)
	.map(([body, defined]) => `{{$x := 1}}{{$y := .m}}{{$z := .m}}${body}{{define "t"}}[${defined}]{{end}}`);

/** Words of templates in no order. */
export const jumbled: fc.Arbitrary<string> = fc
	.array(
		fc.oneof(
			wordOf(
				"{{ }} {{- -}} /* */ ( ) | , . .. .x $ $x := = + - _ é @ \\ x } { ` \" ' 'a' \"a\" 1 0x 1.5 -1 nil true print",
			),
			wordOf("if else end range with define template block break continue {{end}} {{else}} 1"),
			fc.constantFrom(
				"\n",
				" ",
				"\t",
				"{{- ",
				" -}}",
				"{{if 1}}",
				"{{range .l}}",
				'{{define "t"}}',
				'{{block "b" .}}',
			),
		),
		{ maxLength: 14 },
	)
	.chain((words) => fc.constantFrom(words.join(""), words.join(" ")));

const directive = fc
	.tuple(
		fc.array(fc.constantFrom("+", "-", "#", " ", "0"), { maxLength: 3 }).map((flags) => flags.join("")),
		wordOf("", "", "", "[1] [2] [3] [9] [x]"),
		wordOf("", "", "1 5 12 *"),
		wordOf("", "", ". .0 .1 .3 .20 .*"),
		wordOf("", "", "", "", "[1] [2]"),
		wordOf("v v d T t b c o O q x X U e E f F g G s w z % é"),
	)
	.map((parts) => `%${parts.join("")}`);

const value = fc.oneof(
	wordOf(
		FIELDS,
		NUMBERS,
		TEXTS,
		"nil true 0.5 2.5 0.125 1e21 123456789.0 0.000001 5e-324 1.7976931348623157e308",
	),
	fc.constantFrom('(bytes "hé")', '(words "a b")', '(pairs "a=1")', "(index .s 0)"),
	fc.maxSafeInteger().map(String),
	fc.double({ noNaN: true, noDefaultInfinity: true }).map((float) => float.toExponential()),
	fc.float({ noNaN: true, noDefaultInfinity: true }).map((float) => float.toExponential()),
	fc.double({ min: -1000, max: 1000, noNaN: true }).map((float) => float.toFixed(4)),
	fc.string({ unit: "grapheme", maxLength: 5 }).map((string) => JSON.stringify(string)),
);

/** `printf` with any format and any values. */
export const formatted: fc.Arbitrary<string> = fc
	.tuple(
		fc.array(fc.oneof(directive, fc.constantFrom("a", "é", " ")), { maxLength: 4 }),
		fc.array(value, { maxLength: 4 }),
	)
	.map(([format, values]) => `{{printf ${JSON.stringify(format.join(""))} ${spaced(values)}}}`);
