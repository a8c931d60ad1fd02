import type { GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import type { GoValue } from "../values/values.ts";
import { toFloat, toWhole } from "./cast.ts";
import { calculate } from "./decimal.ts";
import { fixed, int64, variadic } from "../functions/define.ts";

function divisor(value: GoValue): bigint {
	const number = toWhole(value);
	if (number === 0n) throw new GoFault("runtime error: integer divide by zero");
	return number;
}

const largest = (numbers: readonly bigint[]): bigint => numbers.reduce((a, b) => (b > a ? b : a));
const smallest = (numbers: readonly bigint[]): bigint => numbers.reduce((a, b) => (b < a ? b : a));

const maximum = variadic([["any"], "any"], (others, first) =>
	int64(largest([first, ...others].map(toWhole))),
);

/** Half is up, unless the last argument says from which fraction on. */
function rounded(value: GoValue, places: number, from: number): number {
	const power = 10 ** places;
	const digits = power * toFloat(value);
	const fraction = digits - Math.trunc(digits);
	return (fraction >= from ? Math.ceil(digits) : Math.floor(digits)) / power;
}

/** Arithmetic (`numeric.go` of sprig): whole numbers wrap around, and floats are counted in tens. */
export const MATHS: GoFunctions = new Map([
	[
		"sprig_add",
		variadic([[], "any"], (numbers) => int64(numbers.reduce((sum: bigint, one) => sum + toWhole(one), 0n))),
	],
	["sprig_add1", fixed(["any"], (value) => int64(toWhole(value) + 1n))],
	["sprig_sub", fixed(["any", "any"], (a, b) => int64(toWhole(a) - toWhole(b)))],
	[
		"sprig_mul",
		variadic([["any"], "any"], (others, first) =>
			int64(
				others.reduce((product: bigint, one) => BigInt.asIntN(64, product * toWhole(one)), toWhole(first)),
			),
		),
	],
	["sprig_div", fixed(["any", "any"], (a, b) => int64(toWhole(a) / divisor(b)))],
	["sprig_mod", fixed(["any", "any"], (a, b) => int64(toWhole(a) % divisor(b)))],
	["sprig_max", maximum],
	["sprig_biggest", maximum],
	[
		"sprig_min",
		variadic([["any"], "any"], (others, first) => int64(smallest([first, ...others].map(toWhole)))),
	],
	["sprig_maxf", variadic([["any"], "any"], (others, first) => Math.max(...[first, ...others].map(toFloat)))],
	["sprig_minf", variadic([["any"], "any"], (others, first) => Math.min(...[first, ...others].map(toFloat)))],
	["sprig_addf", variadic([[], "any"], (others) => calculate("add", 0, others.map(toFloat)))],
	["sprig_add1f", fixed(["any"], (value) => calculate("add", toFloat(value), [1]))],
	[
		"sprig_subf",
		variadic([["any"], "any"], (others, first) => calculate("subtract", toFloat(first), others.map(toFloat))),
	],
	[
		"sprig_mulf",
		variadic([["any"], "any"], (others, first) => calculate("multiply", toFloat(first), others.map(toFloat))),
	],
	[
		"sprig_divf",
		variadic([["any"], "any"], (others, first) => calculate("divide", toFloat(first), others.map(toFloat))),
	],
	["sprig_ceil", fixed(["any"], (value) => Math.ceil(toFloat(value)))],
	["sprig_floor", fixed(["any"], (value) => Math.floor(toFloat(value)))],
	[
		"sprig_round",
		variadic([["any", "int"], "float64"], ([from], value, places) => rounded(value, places, from ?? 0.5)),
	],
]);
