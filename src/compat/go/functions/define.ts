import { GoFault } from "../values/fault.ts";
import { GoInteger, GoMap, GoSlice, type GoValue, type ParameterType } from "../values/values.ts";
import type { GoFunction, Surroundings } from "./function.ts";

/** What an argument of a Go type is in an implementation; the evaluator has checked it. */
interface Taken {
	any: GoValue;
	string: string;
	bool: boolean;
	int: number;
	int64: number;
	float64: number;
	"[]any": GoSlice;
	"[]string": GoSlice;
	"map[string]any": GoMap;
	map: GoMap;
}

type TakenAll<Types extends readonly ParameterType[]> = {
	-readonly [Index in keyof Types]: Taken[Types[Index]];
};

type Marks = Pick<GoFunction, "effort" | "isInnocent" | "isJson" | "levels" | "pairs">;

/** A function of a fixed number of arguments that reaches nothing else. */
export function fixed<const Types extends readonly ParameterType[]>(
	parameters: Types,
	run: (...args: TakenAll<Types>) => GoValue,
	marks: Marks = {},
): GoFunction {
	return {
		parameters,
		...marks,
		run: (args) => run(...(parameters.map((type, index) => taken(type, args[index])) as TakenAll<Types>)),
	};
}

/** The same, of what a first argument, a text, is made into with what it can reach: a pattern. */
export function fixedOf<First, const Types extends readonly ParameterType[]>(
	make: (text: string, surroundings: Surroundings) => First,
	parameters: Types,
	run: (first: First, args: TakenAll<Types>) => GoValue,
): GoFunction {
	return {
		parameters: ["string", ...parameters],
		run: ([text, ...args], surroundings) => {
			const all = parameters.map((type, index) => taken(type, args[index])) as TakenAll<Types>;
			return run(make(asText(text), surroundings), all);
		},
	};
}

/** A function whose last parameter may be given any number of times: all of those come first, as one list. */
export function variadic<const Types extends readonly ParameterType[], Last extends ParameterType>(
	[types, last]: readonly [Types, Last],
	run: (rest: readonly Taken[Last][], ...args: TakenAll<Types>) => GoValue,
	marks: Marks = {},
): GoFunction {
	return {
		parameters: [...types, last],
		isVariadic: true,
		...marks,
		run: (args) => {
			const rest = args.slice(types.length).map((arg) => taken(last, arg) as Taken[Last]);
			return run(rest, ...(types.map((type, index) => taken(type, args[index])) as TakenAll<Types>));
		},
	};
}

/** Marks of a function whose answer tells nothing of its arguments. */
export const INNOCENT: Marks = { isInnocent: true };

/** Marks of a function that does not go through what it is given. */
export const BRIEF: Marks = { levels: 0 };

/** Marks of a function that goes through items, whatever is in them. */
export const SHALLOW: Marks = { levels: 1 };

/** Marks of a function that takes ten times as long as most. */
export const SLOW: Marks = { effort: 10 };

/** Marks of a function that makes JSON. */
export const JSON_TEXT: Marks = { isJson: true };

/** For functions that reach more than their arguments: the evaluator lets no other type through. */
export function asText(value: GoValue): string {
	if (typeof value === "string") return value;
	throw new TypeError("a string was let through that is none");
}

export const int = (value: number): GoInteger => new GoInteger("int", BigInt(value));
export const int64 = (value: bigint): GoInteger => new GoInteger("int64", value);
export const listOf = (items: readonly GoValue[]): GoSlice => new GoSlice("interface {}", items);
export const textsOf = (items: readonly string[]): GoSlice => new GoSlice("string", items);
export const mapOf = (entries: Iterable<readonly [string, GoValue]>): GoMap =>
	new GoMap("interface {}", new Map(entries));

function taken(type: ParameterType, value: GoValue): unknown {
	return value instanceof GoInteger && type !== "any" ? wholeNumber(value) : value;
}

function wholeNumber({ value }: GoInteger): number {
	const number = Number(value);
	if (!Number.isSafeInteger(number)) throw new GoFault("wants a number that is not so large");
	return number;
}
