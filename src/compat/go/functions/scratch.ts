import { asText } from "./define.ts";
import { GoFault } from "../values/fault.ts";
import { sortedEntries } from "../values/types.ts";
import { type GoMethod, GoMap, GoSlice, GoStruct, type GoValue } from "../values/values.ts";

/** The scratch space of a render with its methods: what one place of a template keeps for another. */
export function scratchOf(space: GoMap): GoStruct {
	const { entries } = space;
	const set = (key: GoValue, value: GoValue) => {
		entries.set(asText(key), value);
		return "";
	};
	const methods: readonly (readonly [string, GoMethod])[] = [
		["Key", { parameters: ["string"], isInnocent: true, run: ([key]) => entries.has(asText(key)) }],
		["Get", { parameters: ["string"], run: ([key]) => entries.get(asText(key)) }],
		["Set", { parameters: ["string", "any"], isInnocent: true, run: ([key, value]) => set(key, value) }],
		[
			"SetX",
			{
				parameters: ["string", "any"],
				isInnocent: true,
				run: ([key, value]) => (entries.has(asText(key)) ? "" : set(key, value)),
			},
		],
		[
			"MapSet",
			{
				parameters: ["string", "string", "any"],
				isInnocent: true,
				run: (args) => setInMap(space, args, true),
			},
		],
		[
			"MapSetX",
			{
				parameters: ["string", "string", "any"],
				isInnocent: true,
				run: (args) => setInMap(space, args, false),
			},
		],
		[
			"MapValues",
			{ parameters: ["string"], levels: 1, effort: 10, run: ([key]) => valuesOf(entries.get(asText(key))) },
		],
	];
	return new GoStruct("*template.Scratch", new Map(), new Map(methods));
}

function setInMap({ entries }: GoMap, [key, name, value]: readonly GoValue[], isOverriding: boolean): string {
	const place = asText(key);
	const map = entries.has(place) ? entries.get(place) : new GoMap("interface {}", new Map());
	if (!(map instanceof GoMap)) throw new GoFault("what is kept there is not a map");
	entries.set(place, map);
	if (isOverriding || !map.entries.has(asText(name))) map.put(asText(name), value);
	return "";
}

function valuesOf(map: GoValue): GoSlice {
	const values = map instanceof GoMap ? sortedEntries(map).map(([, value]) => value) : [];
	return new GoSlice("interface {}", values);
}
