import type { GoFunctions } from "../functions/function.ts";
import { GoInteger, GoSlice } from "../values/values.ts";
import { checkItems } from "../values/bounds.ts";
import { parseDigits, toFloat, toWhole } from "./cast.ts";
import { fixed, int64, textsOf, variadic } from "../functions/define.ts";
import { printed, textsOfValue } from "./text.ts";

/** The numbers from `start` to before `stop`; none where the step goes the other way. */
function steps(start: number, stop: number, step: number): readonly number[] {
	if (step === 0 || start === stop || stop > start !== step > 0) return [];
	const count = Math.ceil((stop - start) / step);
	checkItems(count);
	return Array.from({ length: count }, (_, index) => start + index * step);
}

function integers(numbers: readonly number[]): GoSlice {
	return new GoSlice(
		"int",
		numbers.map((number) => new GoInteger("int", BigInt(number))),
	);
}

/** As `seq` of a shell: its last number is meant too. */
function sequence([first, second, third]: readonly number[]): readonly number[] {
	const [start, step, end] =
		second === undefined
			? [1, undefined, first]
			: third === undefined
				? [first, undefined, second]
				: [first, second, third];
	if (start === undefined || end === undefined) return [];
	const direction = end < start ? -1 : 1;
	if (step !== undefined && direction < 0 && step > 0) return [];
	return steps(start, end + direction, step ?? direction);
}

/** From one type to another, and rows of numbers (`numeric.go` of sprig). */
export const CONVERSION: GoFunctions = new Map([
	["sprig_atoi", fixed(["string"], (text) => new GoInteger("int", parseDigits(text, 10)))],
	["sprig_int", fixed(["any"], (value) => new GoInteger("int", toWhole(value)))],
	["sprig_int64", fixed(["any"], (value) => int64(toWhole(value)))],
	["sprig_float64", fixed(["any"], toFloat)],
	["sprig_toDecimal", fixed(["any"], (value) => int64(parseDigits(printed(value), 8)))],
	["sprig_toString", fixed(["any"], printed)],
	["sprig_toStrings", fixed(["any"], (value) => textsOf(textsOfValue(value)))],
	["sprig_until", fixed(["int"], (count) => integers(steps(0, count, count < 0 ? -1 : 1)))],
	[
		"sprig_untilStep",
		fixed(["int", "int", "int"], (start, stop, step) => integers(steps(start, stop, step))),
	],
	["sprig_seq", variadic([[], "int"], (numbers) => (numbers.length > 3 ? "" : sequence(numbers).join(" ")))],
]);
