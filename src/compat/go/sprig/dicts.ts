import type { GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { mergeInto } from "../functions/merge-map.ts";
import { sortedEntries } from "../values/types.ts";
import { checkDepth, checkItems } from "../values/bounds.ts";
import { GoMap, GoSlice, type GoValue } from "../values/values.ts";
import { BRIEF, fixed, INNOCENT, listOf, mapOf, textsOf, variadic } from "../functions/define.ts";
import { typeOf } from "./kind.ts";
import { printed } from "./text.ts";

function dictionary(values: readonly GoValue[]): GoMap {
	const entries = new Map<string, GoValue>();
	for (let at = 0; at < values.length; at += 2) {
		entries.set(printed(values[at]), at + 1 < values.length ? values[at + 1] : "");
	}
	return mapOf(entries);
}

const merging = (isOverriding: boolean) =>
	variadic([["map[string]any"], "map[string]any"], (sources, target) => {
		for (const source of sources) mergeInto(target, source, { isOverriding });
		return target;
	});

function copied(value: GoValue, depth = 0): GoValue {
	checkDepth(depth);
	const inner = (item: GoValue): GoValue => copied(item, depth + 1);
	if (value instanceof GoSlice) return new GoSlice(value.elementType, value.items.map(inner));
	if (!(value instanceof GoMap)) return value;
	return new GoMap(value.valueType, new Map([...value.entries].map(([key, item]) => [key, inner(item)])));
}

/** `dig "a" "b" default map`: what stands under one name within the other. */
function dug(values: readonly GoValue[]): GoValue {
	if (values.length < 3) throw new GoFault("dig needs at least three arguments");
	const names = values.slice(0, -2);
	let step = values.at(-1);
	for (const name of names) {
		if (!(step instanceof GoMap))
			throw new GoFault(`interface conversion: interface {} is ${typeOf(step)}, not map[string]interface {}`);
		if (typeof name !== "string")
			throw new GoFault(`interface conversion: interface {} is ${typeOf(name)}, not string`);
		if (!step.entries.has(name)) return values.at(-2);
		step = step.entries.get(name);
	}
	return step;
}

const merge = merging(false);
const mergeOverwrite = merging(true);
const deepCopy = fixed(["any"], (value) => copied(value));

/** Maps (`dict.go` of sprig); `set`, `unset` and the merging ones change theirs in place. */
export const DICTS: GoFunctions = new Map([
	["sprig_dict", variadic([[], "any"], dictionary)],
	[
		"sprig_get",
		fixed(
			["map[string]any", "string"],
			({ entries }, key) => (entries.has(key) ? entries.get(key) : ""),
			BRIEF,
		),
	],
	[
		"sprig_set",
		fixed(
			["map[string]any", "string", "any"],
			(map, key, value) => {
				map.put(key, value);
				checkItems(map.entries.size);
				return map;
			},
			BRIEF,
		),
	],
	[
		"sprig_unset",
		fixed(
			["map[string]any", "string"],
			(map, key) => {
				map.entries.delete(key);
				return map;
			},
			BRIEF,
		),
	],
	[
		"sprig_hasKey",
		fixed(["map[string]any", "string"], ({ entries }, key) => entries.has(key), { ...INNOCENT, ...BRIEF }),
	],
	[
		"sprig_pluck",
		variadic([["string"], "map[string]any"], (maps, key) =>
			listOf(maps.filter(({ entries }) => entries.has(key)).map(({ entries }) => entries.get(key))),
		),
	],
	[
		"sprig_keys",
		variadic([[], "map[string]any"], (maps) =>
			textsOf(maps.flatMap((map) => sortedEntries(map).map(([key]) => key))),
		),
	],
	["sprig_values", fixed(["map[string]any"], (map) => listOf(sortedEntries(map).map(([, value]) => value)))],
	[
		"sprig_pick",
		variadic([["map[string]any"], "string"], (names, map) =>
			mapOf(sortedEntries(map).filter(([key]) => names.includes(key))),
		),
	],
	[
		"sprig_omit",
		variadic([["map[string]any"], "string"], (names, map) =>
			mapOf(sortedEntries(map).filter(([key]) => !names.includes(key))),
		),
	],
	["sprig_merge", merge],
	["sprig_mustMerge", merge],
	["sprig_mergeOverwrite", mergeOverwrite],
	["sprig_mustMergeOverwrite", mergeOverwrite],
	["sprig_dig", variadic([[], "any"], dug, BRIEF)],
	["sprig_deepCopy", deepCopy],
	["sprig_mustDeepCopy", deepCopy],
]);
