import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { FormatError } from "../../src/template/format/errors.ts";
import { shellFormat } from "../../src/template/format/shell.ts";
import { anyText, rendered } from "../support/rendered.ts";

const SHELLS = [["sh"], ["dash"], ["bash"], ["bash", "--posix"], ["ksh"], ["busybox", "sh"]] as const;

/** Values that leave a file named `ran`, or a message, when anything in them is run. */
const HOSTILE = [
	"$(: >ran)",
	"`: >ran`",
	"'; : >ran; '",
	'"; : >ran; "',
	"\n: >ran\n",
	"\\'; : >ran #",
	"'$(: >ran)'",
	"${x:=$(: >ran)}",
	"$((x=1)) >ran",
	"| : >ran",
	"a[$(: >ran)]",
	"-v\n>ran",
	"E\n: >ran\nE",
	"~/x *",
	"\\\n$(: >ran)\\",
	"!: >ran",
];

/** Each gives `V` the value that stands at `§`. */
const ASSIGNMENTS = [
	"V=§",
	"export V=§",
	"readonly V=§",
	"V='§'",
	'V="§"',
	'export "V=§"',
	"export -- A=1 V=§ B=2",
	"A=1 V=§; export V",
	"V=§ # a note",
	"if :; then V=§; fi",
	"f() { V=§; }; f",
	"for V in §; do :; done",
	"set -- x §; V=$2",
	"{ V=§; } 2>&1",
	"case x in x) ;; esac; V=§",
	"cat <<E >/dev/null && V=§\n'\nE",
	"V=\\\n§",
	"x=\"it's\" V=§ y='\"'",
	"x=${y:-'}'} V=§",
	"x=$((1 + (2))) V=§",
] as const;

for (const [shell, ...flags] of SHELLS) {
	const isThere = spawnSync(shell, [...flags, "-c", ":"]).status === 0;

	describe.skipIf(!isThere)(`shellFormat sourced by ${[shell, ...flags].join(" ")}`, () => {
		/** Sources each text in a subshell of its own, where nothing but the shell itself can be run. */
		function source(texts: readonly string[], print: string) {
			const directory = mkdtempSync(join(tmpdir(), "keyturn-shell-"));
			onTestFinished(() => rmSync(directory, { recursive: true }));
			const script = texts.map((text, index) => {
				writeFileSync(join(directory, `${index}.sh`), text);
				return `(. ./${index}.sh; ${print.replace("INDEX", String(index))})\n`;
			});
			writeFileSync(
				join(directory, "all"),
				`PATH=/nowhere HOME=/home\nset -f\ncat() { :; }\n${script.join("")}`,
			);
			const run = spawnSync(shell, [...flags, "./all"], { cwd: directory, input: "", maxBuffer: 2 ** 28 });
			return {
				words: run.stdout.toString().split("\0").slice(0, -1),
				errors: run.stderr.toString(),
				files: readdirSync(directory),
			};
		}

		test("every text comes back from every place where a value may stand", () => {
			const values = [...HOSTILE, ...fc.sample(anyText, 40)];
			const cases = ASSIGNMENTS.flatMap((template) => values.map((value) => ({ template, value })));

			const { words, errors, files } = source(
				cases.map(({ template, value }) => rendered(shellFormat, `${template}\n`, [value])),
				`printf '%s\\0' "$V"`,
			);

			expect(errors).toBe(""); // with an empty PATH, anything run but a builtin would complain
			expect(cases.map(({ template }, index) => ({ template, value: words[index] }))).toEqual(cases);
			expect(files).not.toContain("ran");
		});

		test("many values in one file come back together", () => {
			const values = fc.sample(anyText, 1500);
			const template = values.map((_value, index) => `A${index}=§ B${index}='<§>' export C${index}="§§"`);
			const text = `${template.join("\n").replaceAll(" export", "\nexport")}\n`;
			const names = values.map((_value, index) => `"$A${index}" "$B${index}" "$C${index}"`);

			const { words, errors } = source(
				[
					rendered(
						shellFormat,
						text,
						values.flatMap((value) => [value, value, value, value]),
					),
				],
				`printf '%s\\0' ${names.join(" ")}`,
			);

			expect(errors).toBe("");
			expect(words).toEqual(values.flatMap((value) => [value, `<${value}>`, value + value]));
		});

		test("in any text that is not refused, a hostile value does what a harmless one does", () => {
			const harmless = "Harmless7";
			const scripts = fc.sample(scriptFragments, 3000);
			const pairs = scripts.flatMap((fragments, index) => {
				const template = `${fragments.join("")}\n`;
				const hostile = HOSTILE[index % HOSTILE.length] ?? "";
				if (/\$[$AB\d@*]/.test(template)) return []; // a process id, or the value used as a command by the author
				const tame = template.includes("§") ? attempt(template, harmless) : undefined;
				const wild = template.includes("§") ? attempt(template, hostile) : undefined;
				return tame === undefined || wild === undefined ? [] : [{ template, hostile, tame, wild }];
			});
			const print = `printf '%s\\0' "OF INDEX" "$A" "$B" "$#" "$*" END`;
			const outcomes = (texts: readonly string[]) => {
				const { words, files } = source(texts, print);
				const found = new Map<number, string>();
				for (const match of words.join("\0").matchAll(/OF (\d+)\0(.*?)\0END/gs)) {
					found.set(Number(match[1]), match[2] ?? "");
				}
				expect(files.filter((name) => name === "ran" || name.includes(harmless))).toEqual([]);
				return found;
			};

			const tame = outcomes(pairs.map((pair) => pair.tame));
			const wild = outcomes(pairs.map((pair) => pair.wild));

			expect(pairs.length).toBeGreaterThan(250);
			expect(tame.size).toBeGreaterThan(100);
			expect(pairs.map((pair, index) => ({ ...pair, outcome: wild.get(index) }))).toEqual(
				pairs.map((pair, index) => ({
					...pair,
					outcome: tame.get(index)?.replaceAll(harmless, () => pair.hostile),
				})),
			);
		});
	});
}

const PHRASES = `A=§|B='§'|A="§"|export B=§|A=x§y|B="x§ $((1))§"|set -- § '§' "§"|for A in §; do :; done|§
# §|A=|B=|export A=|;| |&&|{ |; }|(|)|case x in x) |;; esac|if :; then |fi|\${x}|"$x"|$(echo q)|''|""`
	.split(/[|\n]/)
	.concat("\n", "\n", "\n", "<<E\n", "\nE\n", "\\\n");
const LOOSE_ENDS = `A B 1 ' " \\ $ \` # < > { } = : ~ * ! - $x eval unset trap $(( ))`
	.split(" ")
	.concat(" ", "|");

/** Scripts that are mostly sound, so that many get as far as the shell. */
const scriptFragments = fc.array(
	fc.oneof(
		{ weight: 4, arbitrary: fc.constantFrom(...PHRASES) },
		{ weight: 1, arbitrary: fc.constantFrom(...LOOSE_ENDS) },
	),
	{ maxLength: 9 },
);

function attempt(template: string, value: string): string | undefined {
	try {
		return rendered(
			shellFormat,
			template,
			template.split("§").map(() => value),
		);
	} catch (error) {
		if (error instanceof FormatError) return undefined;
		throw error;
	}
}
