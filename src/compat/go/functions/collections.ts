import { fixed, INNOCENT, SHALLOW, variadic } from "./define.ts";
import { explodeMap } from "./explode-map.ts";
import type { GoFunction, GoFunctions } from "./function.ts";
import { GoFault } from "../values/fault.ts";
import { mergeInto } from "./merge-map.ts";
import { parseInteger } from "../values/strconv.ts";
import { typeName } from "../values/types.ts";
import { GoInteger, GoJsonNumber, GoSlice, type GoValue } from "../values/values.ts";

/** Turns of one loop; a config of more lines is none. */
const MOST_TURNS = 100_000n;

/** consul-template's functions of lists and maps that need no Consul. */
export const COLLECTION_FUNCTIONS: GoFunctions = new Map<string, GoFunction>([
	["in", fixed(["any", "any"], isIn, { ...INNOCENT, ...SHALLOW })],
	["contains", fixed(["any", "any"], (value, list) => isIn(list, value), { ...INNOCENT, ...SHALLOW })],
	["containsAll", containsSome((values, isHeld) => values.every(isHeld))],
	["containsAny", containsSome((values, isHeld) => values.some(isHeld))],
	["containsNone", containsSome((values, isHeld) => !values.some(isHeld))],
	["containsNotAll", containsSome((values, isHeld) => !values.every(isHeld))],
	["loop", variadic([[], "any"], loop, INNOCENT)],
	["explodeMap", fixed(["map[string]any"], explodeMap)],
	["mergeMap", merging({ isOverriding: false })],
	["mergeMapWithOverride", merging({ isOverriding: true })],
]);

type Told = (values: readonly GoValue[], isHeld: (value: GoValue) => boolean) => boolean;

function containsSome(tell: Told): GoFunction {
	return fixed(["[]any", "any"], ({ items }, list) => tell(items, (value) => isIn(list, value)), {
		...INNOCENT,
		pairs: ([values, list]) => sizeOf(values) * sizeOf(list),
	});
}

function sizeOf(value: GoValue): number {
	if (value instanceof GoSlice) return value.items.length;
	return typeof value === "string" ? value.length : 1;
}

/** The first map itself takes in the second, as in Go. */
function merging(options: { readonly isOverriding: boolean }): GoFunction {
	return fixed(["map[string]any", "map[string]any"], (into, from) => {
		mergeInto(into, from, options);
		return into;
	});
}

/** Whether a list holds a value of the same kind, or a text a text. */
function isIn(list: GoValue, value: GoValue): boolean {
	if (list instanceof GoSlice) return list.items.some((item) => isSame(item, value));
	if (typeof list === "string") return typeof value === "string" && list.includes(value);
	return list instanceof GoJsonNumber && value instanceof GoJsonNumber && list.text.includes(value.text);
}

/** Numbers without a sign are never found: consul-template looks for none. */
function isSame(a: GoValue, b: GoValue): boolean {
	if (a instanceof GoInteger)
		return b instanceof GoInteger && isSigned(a) && isSigned(b) && a.value === b.value;
	if (a instanceof GoJsonNumber) return b instanceof GoJsonNumber && a.text === b.text;
	return (typeof a === "string" || typeof a === "number") && a === b;
}

function isSigned({ type }: GoInteger): boolean {
	return type.startsWith("i");
}

/** `loop 3` gives 0, 1 and 2; `loop 5 8` gives 5, 6 and 7. */
function loop(args: readonly GoValue[]): GoSlice {
	if (args.length < 1 || args.length > 2)
		throw new GoFault(`loop: wrong number of arguments, expected 1 or 2, but got ${args.length}`);
	const [start = 0n, stop = 0n] = (args.length === 1 ? [new GoInteger("int", 0n), ...args] : args).map(
		boundOf,
	);
	if (stop - start > MOST_TURNS) throw new GoFault(`loop: more than ${MOST_TURNS} turns`);
	const count = Number(stop > start ? stop - start : 0n);
	const items = Array.from({ length: count }, (_, index) => new GoInteger("int64", start + BigInt(index)));
	return new GoSlice("int64", items);
}

function boundOf(value: GoValue): bigint {
	if (value instanceof GoInteger) return BigInt.asIntN(64, value.value);
	const text = value instanceof GoJsonNumber ? value.text : value;
	if (typeof text !== "string") throw new GoFault(`loop: bad argument type: ${typeName(value)}`);
	return text === "" ? 0n : parseInteger(text, "int64").value;
}
