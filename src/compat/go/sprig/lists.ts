import type { GoFunction, GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { GoSlice, type GoValue } from "../values/values.ts";
import { checkItems } from "../values/bounds.ts";
import { toWhole } from "./cast.ts";
import { BRIEF, fixed, INNOCENT, listOf, SHALLOW, variadic } from "../functions/define.ts";
import { isEmpty } from "./empty.ts";
import { isDeepEqual, spelledPlain } from "./equal.ts";
import { kindOf } from "./kind.ts";

/** @throws GoFault with what is done, as sprig says it, for what is no list */
function itemsOf(value: GoValue, doing: string): readonly GoValue[] {
	if (value instanceof GoSlice) return value.items;
	throw new GoFault(`Cannot ${doing} ${kindOf(value)}`);
}

const has = (list: readonly GoValue[], item: GoValue): boolean => list.some((one) => isDeepEqual(one, item));

/** Lists and maps in a list of different ones: each is compared with all before it. */
const MOST_HOLDERS = 1000;

const isHolder = (item: GoValue): boolean => spelledPlain(item) === undefined;

function unique(items: readonly GoValue[]): readonly GoValue[] {
	const plain = new Set<string>();
	const holders: GoValue[] = [];
	return items.filter((item) => {
		const spelled = spelledPlain(item);
		if (spelled === undefined ? has(holders, item) : plain.has(spelled)) return false;
		if (spelled !== undefined) plain.add(spelled);
		else if (holders.push(item) > MOST_HOLDERS)
			throw new GoFault(`cannot compare more than ${MOST_HOLDERS} lists or maps`);
		return true;
	});
}

function chunks(size: number, items: readonly GoValue[]): GoSlice {
	if (size < 1) throw new GoFault("wants a size of at least 1");
	const count = Math.ceil(items.length / size);
	return new GoSlice(
		"[]interface {}",
		Array.from({ length: count }, (_, index) => listOf(items.slice(index * size, (index + 1) * size))),
	);
}

function sliced(list: GoValue, bounds: readonly GoValue[]): GoValue {
	if (!(list instanceof GoSlice))
		throw new GoFault(`list should be type of slice or array but ${kindOf(list)}`);
	const { length } = list.items;
	if (length === 0) return undefined;
	const [start = 0, end = length] = bounds.map((bound) => Number(toWhole(bound)));
	if (start < 0 || end > length || start > end)
		throw new GoFault("reflect.Value.Slice: slice index out of bounds");
	return new GoSlice(list.elementType, list.items.slice(start, end));
}

function added(items: readonly GoValue[]): GoSlice {
	checkItems(items.length);
	return listOf(items);
}

/** What takes a list alone. */
const ofList = (
	doing: string,
	run: (items: readonly GoValue[]) => GoValue,
	marks: Parameters<typeof fixed>[2] = SHALLOW,
): GoFunction => fixed(["any"], (list) => run(itemsOf(list, doing)), marks);

const push = fixed(["any", "any"], (list, item) => added([...itemsOf(list, "push on type"), item]), SHALLOW);
const prepend = fixed(
	["any", "any"],
	(list, item) => added([item, ...itemsOf(list, "prepend on type")]),
	SHALLOW,
);
const first = ofList("find first on type", (items) => items[0], BRIEF);
const last = ofList("find last on type", (items) => items.at(-1), BRIEF);
const rest = ofList("find rest on type", (items) => listOf(items.slice(1)));
const initial = ofList("find initial on type", (items) => listOf(items.slice(0, -1)));
const reverse = ofList("find reverse on type", (items) => listOf(items.toReversed()));
const compact = ofList("compact on type", (items) => listOf(items.filter((item) => !isEmpty(item))));
/** Each is compared with those before it, to its depths: `pairs` tells of the most that those can be. */
const uniq = fixed(["any"], (list) => listOf(unique(itemsOf(list, "find uniq on type"))), {
	pairs: ([list]) => (list instanceof GoSlice ? list.items.filter(isHolder).length ** 2 : 0),
});
const without = variadic(
	[["any"], "any"],
	(omitted, list) => listOf(itemsOf(list, "find without on type").filter((item) => !has(omitted, item))),
	{ pairs: ([list, ...omitted]) => (list instanceof GoSlice ? list.items.length * omitted.length : 0) },
);
const contains = fixed(
	["any", "any"],
	(item, list) => list !== undefined && has(itemsOf(list, "find has on type"), item),
	INNOCENT,
);
const chunk = fixed(["int", "any"], (size, list) => chunks(size, itemsOf(list, "chunk type")));
const slice = variadic([["any"], "any"], (bounds, list) => sliced(list, bounds), SHALLOW);
const list = variadic([[], "any"], added, BRIEF);

/** Lists (`list.go` of sprig); each makes a new one. */
export const LISTS: GoFunctions = new Map([
	["sprig_list", list],
	["sprig_tuple", list],
	["sprig_append", push],
	["sprig_mustAppend", push],
	["sprig_push", push],
	["sprig_mustPush", push],
	["sprig_prepend", prepend],
	["sprig_mustPrepend", prepend],
	["sprig_first", first],
	["sprig_mustFirst", first],
	["sprig_rest", rest],
	["sprig_mustRest", rest],
	["sprig_last", last],
	["sprig_mustLast", last],
	["sprig_initial", initial],
	["sprig_mustInitial", initial],
	["sprig_reverse", reverse],
	["sprig_mustReverse", reverse],
	["sprig_compact", compact],
	["sprig_mustCompact", compact],
	["sprig_uniq", uniq],
	["sprig_mustUniq", uniq],
	["sprig_without", without],
	["sprig_mustWithout", without],
	["sprig_has", contains],
	["sprig_mustHas", contains],
	["sprig_slice", slice],
	["sprig_mustSlice", slice],
	["sprig_chunk", chunk],
	["sprig_mustChunk", chunk],
	[
		"sprig_concat",
		variadic([[], "any"], (lists) => added(lists.flatMap((one) => itemsOf(one, "concat type")))),
	],
]);
