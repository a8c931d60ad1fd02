import { execFileSync } from "node:child_process";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import dotenv from "dotenv";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AgentError } from "../../src/kernel/mod.ts";
import { dotenvFormat } from "../../src/template/format/dotenv.ts";
import { SH_READER } from "../../src/template/format/dotenv-sh.ts";
import { finish } from "../../src/template/format/finish.ts";
import { corpus } from "../formats/recorder/corpus.ts";
import { nasty } from "../formats/nasty.ts";

/**
 * Sources each file in a shell of its own, with no program in reach, and writes file, name and value of each
 * variable, NUL-terminated.
 */
const SOURCE_EACH = `
PATH=/nowhere names=$1; shift
for file in "$@"; do (
	. "./$file" >/dev/null 2>&1
	for name in $names; do
		eval "isSet=\\\${$name+x} value=\\\${$name-}"
		if [ "$isSet" ]; then printf '%s\\0%s\\0%s\\0' "$file" "$name" "$value"; fi
	done
) done
`;

interface Sourcing {
	readonly texts: readonly string[];
	readonly names: readonly string[];
}

function sourced(shell: string, { texts, names }: Sourcing): Record<string, string>[] {
	using folder = mkdtempDisposableSync(join(tmpdir(), "keyturn-dotenv-"));
	texts.forEach((text, index) => writeFileSync(join(folder.path, `${index}`), text));
	const files = texts.map((_, index) => `${index}`);
	const out = execFileSync(shell, ["-c", SOURCE_EACH, shell, names.join(" "), ...files], {
		cwd: folder.path,
		env: { PATH: process.env["PATH"] },
		stdio: ["ignore", "pipe", "ignore"],
		encoding: "utf8",
		maxBuffer: 1 << 26,
	});
	const found = texts.map((): Record<string, string> => ({}));
	const words = out.split("\0");
	for (let at = 0; at + 2 < words.length; at += 3) {
		const variables = found[Number(words[at])];
		if (variables !== undefined) variables[words[at + 1] ?? ""] = words[at + 2] ?? "";
	}
	return found;
}

function hasShell(shell: string): boolean {
	try {
		execFileSync(shell, ["-c", ":"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

const SHELLS = ["sh", "dash", "bash", "ksh", "mksh", "zsh"].filter(hasShell);

/** The value of `A=…` as the format writes it, or `undefined` when it is refused. */
function written(template: string, value: string): string | undefined {
	const [before = "", after = ""] = template.split("§");
	const origin = {
		file: "t.hbs",
		line: 1,
		column: 1,
		expression: "{{v}}",
		path: "secret/data/x",
		field: "v",
	};
	try {
		return finish(
			dotenvFormat("common"),
			[
				{ kind: "text", text: before },
				{ kind: "value", value, raw: false, origin },
				{ kind: "text", text: after },
			],
			{ name: "dotenv", file: "t.hbs" },
		);
	} catch (error) {
		if (error instanceof AgentError) return undefined;
		throw error;
	}
}

describe.each(SHELLS)("%s", (shell) => {
	test("reads what the reader takes for assignments just as the reader does", () => {
		const literal = corpus().flatMap((text) => {
			try {
				const pairs = SH_READER.read(text);
				return JSON.stringify(pairs).includes("\\u0000")
					? []
					: [{ text, variables: Object.fromEntries(pairs) }];
			} catch {
				return [];
			}
		});

		const found = sourced(shell, {
			texts: literal.map(({ text }) => text),
			names: [...new Set(literal.flatMap(({ variables }) => Object.keys(variables)))],
		});

		expect(literal.length).toBeGreaterThan(500);
		expect(literal.map(({ text }, index) => ({ text, variables: found[index] }))).toEqual(literal);
	});
});

const VALUES = fc.sample(nasty, { numRuns: 1500, seed: 11 });

describe.each(["N=§\n", "export N=§\n", "N='§'\n", 'N="§"\n', "N=x§\n"])(
	"a file of common form, lines %j",
	(template) => {
		const lines = VALUES.flatMap((value, index) => {
			const line = written(template.replace("N", `N${index}`), value);
			const expected = template.includes("x§") ? `x${value}` : value;
			return line === undefined ? [] : [{ name: `N${index}`, line, expected }];
		});
		const text = lines.map(({ line }) => line).join("");
		const expected = Object.fromEntries(lines.map((line) => [line.name, line.expected]));

		test.each(SHELLS)("comes back from %s", (shell) => {
			expect(sourced(shell, { texts: [text], names: Object.keys(expected) })).toEqual([expected]);
		});

		test("comes back from node --env-file", () => {
			using folder = mkdtempDisposableSync(join(tmpdir(), "keyturn-dotenv-"));
			const file = join(folder.path, "env");
			writeFileSync(file, text);

			const out = execFileSync(
				process.execPath,
				[`--env-file=${file}`, "--print", "JSON.stringify(Object.entries(process.env))"],
				{ env: {}, encoding: "utf8" },
			);

			const found = Object.fromEntries(JSON.parse(out) as [string, string][]);
			expect(found).toMatchObject(expected);
		});

		test("comes back from Node's parseEnv and from dotenv", () => {
			expect(parseEnv(text)).toEqual(expected);
			expect(dotenv.parse(text)).toEqual(expected);
			expect(lines.length).toBeGreaterThan(20);
		});
	},
);
