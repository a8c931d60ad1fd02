import { readFileSync } from "node:fs";
import dotenv from "dotenv";
import { describe, expect, test } from "vitest";
import { corpus } from "../../../test/formats/recorder/corpus.ts";
import { COMPOSE_READER } from "./dotenv-compose.ts";
import { DOCKER_READER } from "./dotenv-docker.ts";
import { NODE_READERS } from "./dotenv-node.ts";
import { PYTHON_READERS } from "./dotenv-python.ts";
import type { Reader } from "./dotenv-reader.ts";
import { SH_READER } from "./dotenv-sh.ts";

interface Recording {
	readonly reader: string;
	readonly cases: Readonly<Record<string, Readonly<Record<string, string>> | "error">>;
}

function recording(name: string): Recording {
	const url = new URL(`../../../test/formats/${name}.json`, import.meta.url);
	return JSON.parse(readFileSync(url, "utf8")) as Recording;
}

function outcome({ read }: Reader, text: string): Record<string, string> | "error" {
	try {
		return Object.fromEntries(read(text));
	} catch (error) {
		if (error instanceof SyntaxError) return "error";
		throw error;
	}
}

const RECORDED: [file: string, reader: Reader | undefined][] = [
	["python-dotenv-1.0", PYTHON_READERS[0]],
	["python-dotenv", PYTHON_READERS[1]],
	["compose", COMPOSE_READER],
	["docker", DOCKER_READER],
];

describe.each(RECORDED)("the reader of %s", (file, reader) => {
	test("agrees with every recorded case", () => {
		const { cases } = recording(file);

		const ours = Object.keys(cases).map((text) => [text, reader && outcome(reader, text)]);

		expect(Object.fromEntries(ours)).toEqual(cases);
	});

	test("is recorded for the whole corpus", () => {
		expect(Object.keys(recording(file).cases).toSorted()).toEqual(corpus().toSorted());
	});
});

describe("the reader of dotenv for Node", () => {
	test("agrees with the package on the whole corpus", () => {
		const [, reader] = NODE_READERS;

		const ours = corpus().map((text) => [text, reader && outcome(reader, text)]);

		expect(ours).toEqual(corpus().map((text) => [text, dotenv.parse(text)]));
	});
});

describe("the reader of sh", () => {
	test.each([
		["A=1\nB='x y'\n", { A: "1", B: "x y" }],
		["export A=1 B=2 # c\n", { A: "1", B: "2" }],
		["A='x'\\''y'\"z\"\\ w\n", { A: "x'yz w" }],
		['A="a\\$b\\`c\\"d\\\\e\\f"\n', { A: 'a$b`c"d\\e\\f' }],
		['A="$ $. 5$"\n', { A: "$ $. 5$" }],
		["A=x\\\ny\n", { A: "xy" }],
		["# it's\nA=1\n", { A: "1" }],
	])("reads %j as a shell does", (text, variables) => {
		expect(outcome(SH_READER, text)).toEqual(variables);
	});

	test.each([
		"A=$B",
		'A="$B"',
		"A=${B}",
		"A=~/x",
		"A=x:~",
		"A=$'x'",
		'A="$[1+1]"',
		"export A=*",
		"export A={a,b}",
	])("never takes %j for a literal value", (text) => {
		expect(JSON.stringify(SH_READER.read(text))).toContain("\\u0000");
	});

	test.each(["A=x y", "A = x", "A=x; B=y", "A=x&", "echo hi", "A=x > f", "export -p"])(
		"takes %j for a command",
		(text) => {
			expect(SH_READER.read(text)).toEqual([["", `\0${text}`]]);
		},
	);

	test.each(["A=$(x)", "A=`x`", 'A="`x`"', "A='x", 'A="x', "cat <<E", "A=${B:-'x'}"])(
		"refuses %j",
		(text) => {
			expect(() => SH_READER.read(text)).toThrow(SyntaxError);
		},
	);
});
