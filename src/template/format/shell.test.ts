import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText, refusal, rendered } from "../../../test/support/rendered.ts";
import { shellFormat } from "./shell.ts";

const render = (template: string, ...values: string[]) => rendered(shellFormat, template, values);

const NASTY = 'it\'s "$x" `y` \\ \n#!~';
const IN_SINGLE = "it'\\''s \"$x\" `y` \\ \n#!~";
const IN_DOUBLE = 'it\'s \\"\\$x\\" \\`y\\` \\\\ \n#!~';

describe("shellFormat", () => {
	test.each([
		["K=§", `K='${IN_SINGLE}'`],
		["export K=§", `export K='${IN_SINGLE}'`],
		["readonly K=pre§post", `readonly K=pre'${IN_SINGLE}'post`],
		["export A J=1 K=§", `export A J=1 K='${IN_SINGLE}'`],
		["export -- K=§", `export -- K='${IN_SINGLE}'`],
		["f() { local K=§; }", `f() { local K='${IN_SINGLE}'; }`],
		["A=1 K=§ run", `A=1 K='${IN_SINGLE}' run`],
		["K='§'", `K='${IN_SINGLE}'`],
		["K='\\§'", `K='\\${IN_SINGLE}'`],
		['K="§"', `K="${IN_DOUBLE}"`],
		['K="${x}§$(y)"', `K="\${x}${IN_DOUBLE}$(y)"`],
		['K="\\\\§"', `K="\\\\${IN_DOUBLE}"`],
		['export "K=§"', `export "K=${IN_DOUBLE}"`],
		['export K="$x"§', `export K="$x"'${IN_SINGLE}'`],
		["if :; then K=§; fi >/dev/null 2>&1", `if :; then K='${IN_SINGLE}'; fi >/dev/null 2>&1`],
		["2>/dev/null K=§", `2>/dev/null K='${IN_SINGLE}'`],
		["( K=§ )", `( K='${IN_SINGLE}' )`],
		["echo - §", `echo - '${IN_SINGLE}'`],
		["printf '%s' §", `printf '%s' '${IN_SINGLE}'`],
		["set -- a §", `set -- a '${IN_SINGLE}'`],
		["for x in a §; do :; done", `for x in a '${IN_SINGLE}'; do :; done`],
		["case $x in a) ;; (b|c) K=1;; esac; K=§", `case $x in a) ;; (b|c) K=1;; esac; K='${IN_SINGLE}'`],
		["cat <<'A' <<-B\n'\nA\n\t$(\n\tB\nK=§", `cat <<'A' <<-B\n'\nA\n\t$(\n\tB\nK='${IN_SINGLE}'`],
		["A=$(echo ')' # )'\n) K=§", `A=$(echo ')' # )'\n) K='${IN_SINGLE}'`],
		["A=${x:-'}'} B=${y#\"}\"} K=§", `A=\${x:-'}'} B=\${y#"}"} K='${IN_SINGLE}'`],
		["A=`echo \\` '` K=§", `A=\`echo \\\` '\` K='${IN_SINGLE}'`],
		["A=$( (x) | (y; (z))) K=§", `A=$( (x) | (y; (z))) K='${IN_SINGLE}'`],
		["export K=§$x", `export K='${IN_SINGLE}'$x`],
		["A=$((1 + (${x} * 2))) K=§", `A=$((1 + (\${x} * 2))) K='${IN_SINGLE}'`],
		["A=a#b K=§ # it's", `A=a#b K='${IN_SINGLE}' # it's`],
		["A=\\' \\\nK=§", `A=\\' \\\nK='${IN_SINGLE}'`],
	])("escapes for the place in %j", (template, written) => {
		expect(render(template, NASTY)).toBe(written);
	});

	test("writes an empty value as one that is there", () => {
		expect(render("K=§ J='§' I=\"§\"", "", "", "")).toBe("K='' J='' I=\"\"");
	});

	test("quotes numbers and booleans as text", () => {
		expect(rendered(shellFormat, 'K=§ J="§"', [5, true])).toBe("K='5' J=\"true\"");
	});

	test("leaves a comment's value as it is", () => {
		expect(render("K=1 # '§'", "it's $(x)")).toBe("K=1 # 'it's $(x)'");
	});

	test.each([
		["§", "stands where sh looks for a command"],
		['"§" x', "stands where sh looks for a command"],
		["a; /bin/§", "stands where sh looks for a command"],
		["A=1 § x", "stands where sh looks for a command"],
		["a && §", "stands where sh looks for a command"],
		["while §; do :; done", "stands where sh looks for a command"],
		["{ :; } §", "stands where sh looks for a command"],
		["§() { :; }", "stands where sh looks for a command"],
		["K+=§", "stands where sh looks for a command"],
		["K[0]=§", "stands where sh looks for a command"],
		["§=x", "stands in the name of a variable"],
		["K§=x", "stands in the name of a variable"],
		["export §", "stands in the name of a variable"],
		["export §=x", "stands in the name of a variable"],
		['export "§"', "stands in the name of a variable"],
		["export a[§]=x", "stands in the name of a variable"],
		["export -n K=§", "is an argument of a command that may take it for more than text"],
		["readonly $x K=§", "is an argument of a command that may take it for more than text"],
		["eval §", "is an argument of a command that may take it for more than text"],
		['eval "K=§"', "is an argument of a command that may take it for more than text"],
		["trap '§' EXIT", "is an argument of a command that may take it for more than text"],
		["alias x=§", "is an argument of a command that may take it for more than text"],
		[". §", "is an argument of a command that may take it for more than text"],
		["unset §", "is an argument of a command that may take it for more than text"],
		["command export K=§", "is an argument of a command that may take it for more than text"],
		["$x K=§", "is an argument of a command that may take it for more than text"],
		["constructor §", "is an argument of a command that may take it for more than text"],
		["[ -v § ]", "is an argument of a command that may take it for more than text"],
		["sh -c 'echo §'", "is an argument of a command that may take it for more than text"],
		["set §", "is an argument of a command that may take it for more than text"],
		["printf §", "is an argument of a command that may take it for more than text"],
		["printf -v §", "is an argument of a command that may take it for more than text"],
		["for § in a; do :; done", "is an argument of a command that may take it for more than text"],
		["for x do eval §; done", "is an argument of a command that may take it for more than text"],
		["export K=$x§", 'stands right after a "$" or a variable without braces'],
		["export K=${x}§", "stands after an expansion that sh may split into words"],
		['export K="${@}§"', "stands after an expansion that sh may split into words"],
		["echo x > §", "names a file that sh would open"],
		["K=1 2>>a§", "names a file that sh would open"],
		["cat <<E §\nE\n", "is an argument of a command that may take it for more than text"],
		["cat <<E\n§\nE", "stands inside a here-document"],
		["cat <<-'E'\n§\n\tE", "stands inside a here-document"],
		["K=$(x §)", "stands inside $(…)"],
		["K=\"$(x '§')\"", "stands inside $(…)"],
		["K=`x §`", "stands inside `…`"],
		["K=${x:-§}", "stands inside ${…}"],
		['K="${x:-§}"', "stands inside ${…}"],
		["K=$((§))", "stands inside $((…))"],
		["K=$§", 'stands right after a "$" or a variable without braces'],
		['K="$x§"', 'stands right after a "$" or a variable without braces'],
		['K="$?§"', 'stands right after a "$" or a variable without braces'],
		['K="$1§"', 'stands right after a "$" or a variable without braces'],
		["K=\\§", "stands right after a backslash"],
		['K="\\§"', "stands right after a backslash"],
		["case § in a) ;; esac", "stands inside case … esac"],
		["case a in §) ;; esac", "stands inside case … esac"],
		["case a in a) K=§;; esac", "stands inside case … esac"],
	])("refuses a value that %j would run, expand, open or name by", (template, reason) => {
		expect(refusal(shellFormat, template, ["1-x", "1-x"]).message).toBe(
			`field "f1" of secret/data/x ${reason}`,
		);
	});

	test.each([
		["K=§", "a\0b", "has a NUL character, which no shell variable can hold"],
		["# §", "a\0b", "has a NUL character, which no shell variable can hold"],
		["# §", "a\nb", "has a newline and cannot stand in a comment"],
		["# §", "a\rb", "has a newline and cannot stand in a comment"],
	])("refuses at %j the value %j", (template, value, reason) => {
		expect(refusal(shellFormat, template, [value]).message).toBe(`field "f1" of secret/data/x ${reason}`);
	});

	test.each([
		["K=§\nA='sekret", "line 2: a single quote is never closed"],
		['K=§\n\nA="sekret\n\n', "line 3: a double quote is never closed"],
		['K="§\\', "line 1: a double quote is never closed"],
		["K=§\\", "line 1: a backslash ends the text"],
		["K=§\r\n", "line 1: a carriage return, which sh would keep: save the template with plain newlines"],
		["K=`§", "line 1: a backquote is never closed"],
		["K=§ A=$(echo ')'", 'line 1: "$(" is never closed'],
		["K=§ A=${x", 'line 1: "${" is never closed'],
		["K=§ A=${ x; }", 'line 1: "${" needs a name'],
		["K=§ A=$((1", 'line 1: "$((" is never closed'],
		[
			"K=§ A=$((1) )",
			'line 1: a quote or a lone ")" in "$((…))" is read in different ways by different shells',
		],
		["K=$'§'", 'line 1: "$" before a quote or "[" is read in different ways by different shells'],
		['K=$"§"', 'line 1: "$" before a quote or "[" is read in different ways by different shells'],
		['K="$[§]"', 'line 1: "$" before a quote or "[" is read in different ways by different shells'],
		["K=$\\\n§", 'line 1: a line continuation right after "$" or a name'],
		['K="$x\\\n§"', 'line 1: a line continuation right after "$" or a name'],
		[
			'A="${x:-\'}" K=§',
			'line 1: a quote or backslash in "${…}" in double quotes is read in different ways by different shells',
		],
		['A=${x:-"$(y)"} K=§', 'line 1: "${…}" holds more quoting than can be followed'],
		["A=$(case x in x) :;; esac) K=§", 'line 1: "case" inside "$(…)" cannot be followed'],
		["cat <<E\n§", "line 1: a here-document has no end"],
		["K=§ cat <<E", "line 1: a here-document has no end"],
		["cat <<$x\n§\n$x\n", 'line 1: a "$" in the end word of a here-document'],
		["cat <<§\nx\n§\n", "line 1: a here-document has no end"],
		["cat <<<§", "line 1: no redirection of POSIX sh"],
		["cat <(echo §)", "line 1: no redirection of POSIX sh"],
		["cat >&|§", "line 1: no redirection of POSIX sh"],
		["K=§ >", "line 1: a redirection without a file"],
		["> ; K=§", "line 1: a redirection without a file"],
		["((K=§))", 'line 1: "((" is not of POSIX sh: put a blank between them'],
		["K=(§)", 'line 1: "(" after a word is not of POSIX sh'],
		["(K=§", 'line 1: "(" is never closed'],
		["K=§)", 'line 1: ")" without "("'],
		["case x in a) K=§", 'line 1: "case" is never closed'],
		["case x a) K=§;; esac", 'line 1: "case" without "in"'],
		["K=§; esac", 'line 1: "esac" without "case"'],
		["K=§;; a", 'line 1: ";;" outside of "case"'],
		["[[ § ]]", 'line 1: "[[" is not of POSIX sh'],
		["declare -i K; K=§", 'line 1: "declare" is not of POSIX sh'],
		["local -n K; K=§", 'line 1: an option of "local" is not of POSIX sh'],
	])("stops at what it cannot follow, with the line and no text: %j", (template, reason) => {
		const error = refusal(shellFormat, template, ["x"]);

		expect(error.message).toBe(`t.hbs does not give well-formed its format: ${reason}`);
	});

	test("parse() tells unquoted text, expansions and quoted text apart", () => {
		const text = "export K=pre'a b'\"c\\$$x\"\\d $(e) # f\ncat <<E\ng\nE\n";

		expect(shellFormat.parse(text)).toEqual([
			[{ bare: "export" }],
			[{ bare: "K=pre" }, "a bc$", { expands: "$x", inDouble: true }, "d"],
			[{ expands: "$(e)", inDouble: false }],
			"\n",
			[{ bare: "cat" }],
			"<<",
			[{ bare: "E" }],
			"\n",
			"g\nE",
		]);
	});

	test("gives any text back, as quoted text, from every context", () => {
		fc.assert(
			fc.property(anyText, anyText, anyText, (bare, single, double) => {
				const text = render("A=§~\nexport B='§.' C=\"§.\" # §\n", bare, single, double, "note");

				expect(shellFormat.parse(text)).toEqual([
					[{ bare: "A=" }, bare, { bare: "~" }],
					"\n",
					[{ bare: "export" }],
					[{ bare: "B=" }, `${single}.`],
					[{ bare: "C=" }, `${double}.`],
					"\n",
				]);
			}),
		);
	});

	test("the check sees a value that was left without quotes", () => {
		const careless = { ...shellFormat, escape: String };

		expect(render("K='§'", "plain")).toBe("K='plain'");
		expect(rendered(careless, "K='§'", ["plain"])).toBe("K='plain'");
		expect(refusal(careless, "K='§'", ["a'b'c"]).facts["field"]).toBe("f1");
		expect(refusal(careless, 'K="§"', ["$(x)"]).facts["field"]).toBe("f1");
	});
});
