import type { GoFunction } from "./function.ts";
import { GoInteger, GoMap, GoSlice, type GoValue } from "../values/values.ts";

/** What a function is besides its arguments and its work. */
type Traits = Pick<GoFunction, "isInnocent" | "isJson">;

/** A function of one text. */
export function ofText(run: (text: string) => GoValue, traits: Traits = {}): GoFunction {
	return { parameters: ["string"], run: ([text]) => run(asText(text)), ...traits };
}

/** A function of two texts. */
export function ofTwoTexts(run: (a: string, b: string) => GoValue, traits: Traits = {}): GoFunction {
	return { parameters: ["string", "string"], run: ([a, b]) => run(asText(a), asText(b)), ...traits };
}

/** A function of three texts. */
export function ofThreeTexts(run: (a: string, b: string, c: string) => GoValue): GoFunction {
	return {
		parameters: ["string", "string", "string"],
		run: ([a, b, c]) => run(asText(a), asText(b), asText(c)),
	};
}

/** A function of one value of any type. */
export function ofAny(run: (value: GoValue) => GoValue, traits: Traits = {}): GoFunction {
	return { parameters: ["any"], run: ([value]) => run(value), ...traits };
}

/** A list of texts. */
export function textSlice(texts: Iterable<string>): GoSlice {
	return new GoSlice("string", [...texts]);
}

export function int(value: bigint | number): GoInteger {
	return new GoInteger("int", BigInt(value));
}

// The evaluator lets no argument of another type through: these only say so to the compiler.

export function asText(value: GoValue): string {
	if (typeof value === "string") return value;
	throw new TypeError("a string was let through that is none");
}

export function asInteger(value: GoValue): bigint {
	if (value instanceof GoInteger) return value.value;
	throw new TypeError("an integer was let through that is none");
}

export function asItems(value: GoValue): readonly GoValue[] {
	if (value === undefined) return [];
	if (value instanceof GoSlice) return value.items;
	throw new TypeError("a slice was let through that is none");
}

export function asMap(value: GoValue): GoMap {
	if (value instanceof GoMap) return value;
	throw new TypeError("a map was let through that is none");
}
