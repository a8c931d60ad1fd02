import { equal, less } from "./compare.ts";
import { escapedHtml, escapedJs, escapedQuery } from "./escaping.ts";
import { sprintf } from "../printing/format-verbs.ts";
import { GoFault, type GoFunction, type GoFunctions, type RefusedFunctions } from "./function.ts";
import { indexed, sliced } from "./indexing.ts";
import { printed, sprint, sprintln } from "../printing/print.ts";
import { isTrue, typeName } from "../values/types.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, type GoValue } from "../values/values.ts";

/** Where a text is made of any number of values. */
function writing(run: (values: readonly GoValue[]) => string): GoFunction {
	return { parameters: ["any"], isVariadic: true, run: (values) => run(values) };
}

function comparing(run: (a: GoValue, b: GoValue) => boolean): GoFunction {
	return { parameters: ["any", "any"], isInnocent: true, run: ([a, b]) => run(a, b) };
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
	["not", { parameters: ["any"], isInnocent: true, run: ([value]) => !isTrue(value) }],
	["len", { parameters: ["any"], isInnocent: true, run: ([value]) => lengthOf(value) }],
	["index", { parameters: ["any", "any"], isVariadic: true, run: ([item, ...keys]) => indexed(item, keys) }],
	["slice", { parameters: ["any", "any"], isVariadic: true, run: ([item, ...ends]) => sliced(item, ends) }],
	["print", writing(sprint)],
	["println", writing(sprintln)],
	[
		"printf",
		{
			parameters: ["string", "any"],
			isVariadic: true,
			run: ([format, ...values]) => sprintf(typeof format === "string" ? format : "", values),
		},
	],
	["html", writing((values) => escapedHtml(textOf(values)))],
	["js", writing((values) => escapedJs(textOf(values)))],
	["urlquery", writing((values) => escapedQuery(textOf(values)))],
	[
		"eq",
		{
			parameters: ["any", "any"],
			isVariadic: true,
			isInnocent: true,
			run: ([first, ...others]) => {
				if (others.length === 0) throw new GoFault("missing argument for comparison");
				return others.some((other) => equal(first, other));
			},
		},
	],
	["ne", comparing((a, b) => !equal(a, b))],
	["lt", comparing(less)],
	["le", comparing((a, b) => less(a, b) || equal(a, b))],
	["gt", comparing((a, b) => !less(a, b) && !equal(a, b))],
	["ge", comparing((a, b) => !less(a, b))],
]);

export const REFUSED_CORE_FUNCTIONS: RefusedFunctions = new Map([
	["call", "no value of these templates is a function that it could call"],
]);

function lengthOf(value: GoValue): GoInteger {
	return new GoInteger("int", BigInt(lengthIn(value)));
}

/** Of a text in bytes. */
function lengthIn(value: GoValue): number {
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
