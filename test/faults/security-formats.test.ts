import { cpuUsage } from "node:process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AgentError } from "../../src/kernel/mod.ts";
import { finishText, type Piece } from "../../src/template/mod.ts";

/** A place for a value: the format, and the author's text around it. */
type Place = readonly [format: string, head: string, tail: string];

const PLACES: readonly Place[] = [
	...["dotenv", "dotenv:compose", "dotenv:python", "dotenv:node", "dotenv:docker", "shell"].flatMap(
		(format): Place[] => [
			[format, "K=", "\n"],
			[format, "K=x", "y\n"],
			[format, "# ", "\n"],
		],
	),
	...["dotenv", "dotenv:compose", "dotenv:python", "dotenv:node", "shell"].flatMap((format): Place[] => [
		[format, 'K="', '"\n'],
		[format, "K='", "'\n"],
	]),
	["json", '{"a":', "}"],
	["json", '{"a":"', '"}'],
	["yaml", "a: ", "\n"],
	["yaml", 'a: "', '"\n'],
	["yaml", "a: '", "'\n"],
	["yaml", "a: |\n  ", "\n"],
	["yaml", "a: >\n  ", "\n"],
	["yaml", "a: x", "y\n"],
	["yaml", "[", "]\n"],
	["yaml", "# ", "\n"],
	["properties", "a=", "\n"],
	["properties", "# ", "\n"],
];

/** What the readers of the formats stop at, and what keeps them looking for an end. */
const UNITS =
	"a|A=|0|1e| |\t|\n| \n|a\n|\r|\r\n|\u0085|\u00a0|\u2028|'|\"|`|\\|\\\n|$|${|${A:-|$(|$A|}|{|[|]|(|)|<|>|<<E\n|#| #|#\n|=|:|: |- |?|,|&|*|!|%|~|export ".split(
		"|",
	);

const LENGTH = 64 * 1024;

/** Processor time that no value of this length comes near, in seconds; before it was bounded, some took a minute. */
const LONGEST_S = 4;

/** Seconds of processor time that it takes to write the value there, or to refuse it. */
async function timeOf([format, head, tail]: Place, value: string): Promise<number> {
	const origin = {
		file: "t.hbs",
		line: 1,
		column: 1,
		expression: "{{f}}",
		path: "secret/data/x",
		field: "f",
	};
	const pieces: Piece[] = [
		{ kind: "text", text: head },
		{ kind: "value", value, raw: false, origin },
		{ kind: "text", text: tail },
	];
	const before = cpuUsage();
	try {
		await finishText(format, pieces, "t.hbs");
	} catch (error) {
		if (!(error instanceof AgentError)) throw error;
	}
	const { user, system } = cpuUsage(before);
	return (user + system) / 1e6;
}

function long(units: readonly string[]): string {
	return units.map((unit) => unit.repeat(LENGTH / units.length / unit.length)).join("");
}

test.each([" ", "\n", "\r", "${", "${A:-", "'a\n", "\\'", "\u00a0"])(
	"no place of any format takes long for 64 KiB of %j",
	async (unit) => {
		const slow: string[] = [];
		for (const place of PLACES) {
			const seconds = await timeOf(place, `x${long([unit])}y`);
			if (seconds > LONGEST_S) slow.push(`${JSON.stringify(place)}: ${seconds} s`);
		}

		expect(slow).toEqual([]);
	},
);

test("no text of what readers stop at takes long anywhere", async () => {
	const runs = fc.array(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 3 });
	const inOneGo = runs.map((units) => long(units));
	const inTurn = runs.map((units) => long([units.join("")]));
	const ends = fc.constantFrom("", "x", ...UNITS);
	const value = fc.tuple(ends, fc.oneof(inOneGo, inTurn), ends).map((parts) => parts.join(""));

	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...PLACES), value, async (place, text) => {
			expect(await timeOf(place, text)).toBeLessThan(LONGEST_S);
		}),
		{ numRuns: 150 },
	);
});
