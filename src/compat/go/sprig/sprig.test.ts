import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Piece, plainText } from "../../../template/mod.ts";
import { parseGoTemplate } from "../mod.ts";
import { loadSprig } from "./mod.ts";

const fixture = (name: string): unknown =>
	JSON.parse(readFileSync(new URL(`../../../../test/fixtures/compat/${name}`, import.meta.url), "utf8"));

/** By group: templates, and what consul-template makes of them. */
const CASES = fixture("sprig.json") as Record<string, Record<string, string>>;

/** Functions of sprig 3.3.0. */
const NAMES = fixture("sprig-names.json") as readonly string[];

const NOTHING_OUTSIDE = {
	lookup: () => ({ kind: "pending" }) as const,
	env: () => undefined,
	readFile: () => "",
	now: () => 0,
};

async function rendered(text: string): Promise<string> {
	const options = { file: "a.tpl", errorOnMissingKey: false, isEscaped: false, denied: [] };
	const template = await parseGoTemplate(text, options);
	const pass = template.render(NOTHING_OUTSIDE);
	if (pass.kind !== "complete") throw new Error("it lacks secrets");
	return plainText(pass.pieces as readonly Piece[], undefined);
}

describe.each(Object.entries(CASES))("sprig's %s give what consul-template gives", (_group, cases) => {
	test.each(Object.entries(cases))("%s", async (template, expected) => {
		const text = await rendered(template);

		expect(text).toBe(expected);
	});
});

test("every name of sprig is a function, or refused with the reason", async () => {
	const sprig = await loadSprig(["sprig_regexMatch"]);

	const known = [...sprig.functions.keys(), ...sprig.refused.keys()].toSorted();

	expect(known).toEqual(NAMES.map((name) => `sprig_${name}`).toSorted());
});

test.each([
	["{{ sprig_repeat 9000000 `x` }}", "would make more than 8 MiB of text"],
	["{{ sprig_repeat -1 `x` }}", "strings: negative Repeat count"],
	["{{ sprig_indent 9000000 `x` }}", "would make more than 8 MiB of text"],
	["{{ sprig_indent 9000 (sprig_repeat 9000 `\n`) }}", "would make more than 8 MiB of text"],
	[
		"{{ sprig_replace `x` (sprig_repeat 9000 `y`) (sprig_repeat 9000 `x`) }}",
		"would make more than 8 MiB of text",
	],
	[
		"{{ sprig_wrapWith 1 (sprig_repeat 9000 `y`) (sprig_repeat 9000 `x`) }}",
		"would make more than 8 MiB of text",
	],
	["{{ sprig_until 1000000000 }}", "would make more than 100000 items"],
	["{{ sprig_untilStep 0 9007199254740991 1 }}", "would make more than 100000 items"],
	["{{ sprig_seq 1000000000 }}", "would make more than 100000 items"],
	["{{ sprig_until 9223372036854775807 }}", "wants a number that is not so large"],
	["{{ $d := sprig_dict }}{{ $_ := sprig_set $d `d` $d }}{{ sprig_deepCopy $d }}", "nested too deeply"],
	["{{ sprig_div 1 0 }}", "runtime error: integer divide by zero"],
	["{{ sprig_divf 1 0 }}", "decimal division by 0"],
	["{{ sprig_chunk 0 (sprig_list 1) }}", "wants a size of at least 1"],
	["{{ sprig_first `x` }}", "Cannot find first on type string"],
	["{{ sprig_slice (sprig_list 1) 0 2 }}", "slice index out of bounds"],
	["{{ sprig_dig `a` `b` 1 (sprig_dict `a` 1) }}", "interface {} is int, not map[string]interface {}"],
	["{{ sprig_mustFromJson `{` }}", "wants JSON text"],
	["{{ sprig_b64dec `%%` }}", "illegal base64 data"],
	["{{ sprig_b64dec `/w==` }}", "got bytes that are no UTF-8 text"],
	["{{ sprig_b32dec `A` }}", "illegal base32 data"],
	["{{ sprig_trunc 1 `é` }}", "cuts through a letter of more than one byte"],
	["{{ sprig_decryptAES `k` `AAAA` }}", "wants what encryptAES has made"],
	["{{ sprig_semver `x` }}", "Invalid Semantic Version"],
	["{{ sprig_semverCompare `1.2 and` `1.0.0` }}", "improper constraint"],
	["{{ sprig_urlParse `http://[::1` }}", "missing ']' in host"],
	["{{ sprig_urlParse `http://h/%zz` }}", "invalid URL escape"],
	["{{ sprig_regexFind `(` `x` }}", "error parsing regexp"],
	["{{ sprig_fail `no key` }}", "the template says that it fails here"],
])("%s fails", async (template, reason) => {
	await expect(rendered(template)).rejects.toThrow(reason);
});

test("what cannot be worked with is not repeated in the error", async () => {
	const secret = "hunter2";

	for (const call of ["sprig_semver", "sprig_mustFromJson", "sprig_b64dec", "sprig_fail", "sprig_first"]) {
		const failed = rendered(`{{ $s := printf "%s!" "${secret}" }}{{ ${call} $s }}`);

		await expect(failed).rejects.toThrow(
			expect.not.objectContaining({ message: expect.stringContaining(secret) }),
		);
	}
});

test("a regular expression that others take for ever with is over at once", async () => {
	const text = await rendered('{{ sprig_regexMatch "^(a+)+$" (printf "%sb" (sprig_repeat 50000 "a")) }}');

	expect(text).toBe("false");
});

test("what changes with each render is refused when the template is read", async () => {
	await expect(rendered("{{ sprig_uuidv4 }}")).rejects.toThrow('function "sprig_uuidv4" is refused');
});
