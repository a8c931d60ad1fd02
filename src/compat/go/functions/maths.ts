import type { GoFunction, GoFunctions } from "./function.ts";
import { GoFault } from "../values/fault.ts";
import { typeName } from "../values/types.ts";
import { GoInteger, type GoValue } from "../values/values.ts";

/** A number of one of the three families that reckoning knows; the result is the widest type of its family. */
type Operand = GoInteger | number;

interface Calculation {
	readonly name: string;
	/** Absent where fractions have none. */
	readonly ofFloats?: (a: number, b: number) => number;
	/** @throws GoFault */
	readonly ofIntegers: (a: bigint, b: bigint) => bigint;
}

/** `subtract 1 5` is 4: what comes through a pipe is the last argument, and what is reckoned from. */
const CALCULATIONS: readonly Calculation[] = [
	{ name: "add", ofFloats: (a, b) => a + b, ofIntegers: (a, b) => a + b },
	{ name: "subtract", ofFloats: (a, b) => a - b, ofIntegers: (a, b) => a - b },
	{ name: "multiply", ofFloats: (a, b) => a * b, ofIntegers: (a, b) => a * b },
	{ name: "divide", ofFloats: (a, b) => a / b, ofIntegers: (a, b) => a / notZero(b) },
	{ name: "modulo", ofIntegers: (a, b) => a % notZero(b) },
];

/** consul-template's functions of numbers. */
export const MATHS_FUNCTIONS: GoFunctions = new Map<string, GoFunction>([
	...CALCULATIONS.map((calculation) => [calculation.name, calculated(calculation)] as const),
	["minimum", chosen("minimum", (a, b) => a < b)],
	["maximum", chosen("maximum", (a, b) => a > b)],
]);

function calculated({ name, ofFloats, ofIntegers }: Calculation): GoFunction {
	return {
		parameters: ["any", "any"],
		run: ([second, first]) => {
			const [a, b] = [operand(name, first), operand(name, second)];
			if (a instanceof GoInteger && b instanceof GoInteger) {
				const [x, y] = ofOneType(a, b);
				return new GoInteger(x.type, ofIntegers(x.value, y.value));
			}
			if (ofFloats === undefined) throw unknownType(name, typeof a === "number" ? first : second);
			return ofFloats(asFloat(a), asFloat(b));
		},
	};
}

/** One of the two, as the widest type of its family. */
function chosen(name: string, isBetter: (a: number | bigint, b: number | bigint) => boolean): GoFunction {
	return {
		parameters: ["any", "any"],
		run: ([second, first]) => {
			const [a, b] = [operand(name, first), operand(name, second)];
			if (a instanceof GoInteger && b instanceof GoInteger) {
				const [x, y] = ofOneType(a, b);
				return widest(isBetter(x.value, y.value) ? a : b);
			}
			return widest(isBetter(asFloat(a), asFloat(b)) ? a : b);
		},
	};
}

/** @throws GoFault for what is no number; a `json.Number` is text to Go */
function operand(name: string, value: GoValue): Operand {
	if (typeof value === "number" || value instanceof GoInteger) return value;
	throw unknownType(name, value);
}

/** Both as the widest type that they are reckoned in; what does not fit wraps around. */
function ofOneType(a: GoInteger, b: GoInteger): readonly [GoInteger, GoInteger] {
	const type = isUnsigned(a) && isUnsigned(b) ? "uint64" : "int64";
	return [new GoInteger(type, a.value), new GoInteger(type, b.value)];
}

function unknownType(name: string, value: GoValue): GoFault {
	return new GoFault(`${name}: unknown type (${typeName(value)})`);
}

function isUnsigned({ type }: GoInteger): boolean {
	return type.startsWith("u");
}

function asFloat(value: Operand): number {
	return typeof value === "number" ? value : Number(value.value);
}

function widest(value: Operand): Operand {
	return typeof value === "number"
		? value
		: new GoInteger(isUnsigned(value) ? "uint64" : "int64", value.value);
}

/** @throws GoFault */
function notZero(divisor: bigint): bigint {
	if (divisor === 0n) throw new GoFault("runtime error: integer divide by zero");
	return divisor;
}
