import { equal, less } from "./compare.ts";
import { BRIEF, fixed, INNOCENT, int, SHALLOW, variadic } from "./define.ts";
import { escapedHtml, escapedJs, escapedQuery } from "./escaping.ts";
import { sprintf } from "../printing/format-verbs.ts";
import type { GoFunction, GoFunctions, RefusedFunctions } from "./function.ts";
import { GoFault } from "../values/fault.ts";
import { indexed, sliced } from "./indexing.ts";
import { printed, sprint, sprintln } from "../printing/print.ts";
import { isTrue, typeName } from "../values/types.ts";
import { GoJsonNumber, GoMap, GoSlice, type GoValue } from "../values/values.ts";

/** Where a text is made of any number of values. */
function writing(run: (values: readonly GoValue[]) => string): GoFunction {
	return variadic([[], "any"], run);
}

function comparing(run: (a: GoValue, b: GoValue) => boolean): GoFunction {
	return fixed(["any", "any"], run, INNOCENT);
}

/** Evaluated by `calls.ts`, for they do not look at all of their operands. */
const LOGIC: GoFunction = {
	parameters: ["any", "any"],
	isVariadic: true,
	run: () => {
		throw new RangeError("Cannot run and, or: their operands are not evaluated before");
	},
};

/** The functions that Go's templates have by themselves. */
export const CORE_FUNCTIONS: GoFunctions = new Map<string, GoFunction>([
	["and", LOGIC],
	["or", LOGIC],
	["not", fixed(["any"], (value) => !isTrue(value), INNOCENT)],
	["len", fixed(["any"], (value) => int(lengthOf(value)), { ...INNOCENT, ...BRIEF })],
	["index", variadic([["any"], "any"], (keys, item) => indexed(item, keys), BRIEF)],
	["slice", variadic([["any"], "any"], (ends, item) => sliced(item, ends), SHALLOW)],
	["print", writing(sprint)],
	["println", writing(sprintln)],
	["printf", variadic([["string"], "any"], (values, format) => sprintf(format, values))],
	["html", writing((values) => escapedHtml(textOf(values)))],
	["js", writing((values) => escapedJs(textOf(values)))],
	["urlquery", writing((values) => escapedQuery(textOf(values)))],
	["eq", variadic([["any"], "any"], equalsSome, INNOCENT)],
	["ne", comparing((a, b) => !equal(a, b))],
	["lt", comparing(less)],
	["le", comparing((a, b) => less(a, b) || equal(a, b))],
	["gt", comparing((a, b) => !less(a, b) && !equal(a, b))],
	["ge", comparing((a, b) => !less(a, b))],
]);

export const REFUSED_CORE_FUNCTIONS: RefusedFunctions = new Map([
	["call", "no value of these templates is a function that it could call"],
]);

function equalsSome(others: readonly GoValue[], first: GoValue): boolean {
	if (others.length === 0) throw new GoFault("missing argument for comparison");
	return others.some((other) => equal(first, other));
}

/** Of a text in bytes. */
function lengthOf(value: GoValue): number {
	if (value === undefined) throw new GoFault("len of nil pointer");
	if (typeof value === "string") return Buffer.byteLength(value);
	if (value instanceof GoJsonNumber) return value.text.length;
	if (value instanceof GoSlice) return value.items.length;
	if (value instanceof GoMap) return value.entries.size;
	throw new GoFault(`len of type ${typeName(value)}`);
}

/** Several values as one text; a single one as a template writes it. */
function textOf(values: readonly GoValue[]): string {
	return sprint(values.map((value) => (value === undefined ? "<no value>" : pointedTo(value))));
}

/** What `print` would write with the sign of a pointer is written without it. */
function pointedTo(value: GoValue): GoValue {
	return typeof value === "object" && "methods" in value ? printed(value) : value;
}
