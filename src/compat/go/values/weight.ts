import { GoJsonNumber, GoMap, GoSlice, type GoValue } from "./values.ts";

/** An item of a list, in letters: about what it takes to copy one. */
const ITEM = 4;

/** An entry of a map, in letters. */
const ENTRY = 16;

/** Nothing is counted further down: what is nested more deeply is refused by whatever goes there. */
const DEEPEST = 500;

interface Reach {
	/** How far down: 0 is the value alone, 1 its items. All of it when absent. */
	readonly levels?: 0 | 1;
	/** Counting ends there: a map may hold itself, and a list one list many times. */
	readonly most: number;
}

/** How much a value is, in letters. */
export function weightOf(value: GoValue, { levels, most }: Reach): number {
	const scale = { weight: 0, most };
	weigh(value, levels ?? DEEPEST, scale);
	return scale.weight;
}

function weigh(value: GoValue, levels: number, scale: { weight: number; readonly most: number }): void {
	if (typeof value === "string") scale.weight += value.length;
	else if (value instanceof GoJsonNumber) scale.weight += value.text.length;
	else scale.weight += 1;
	if (levels === 0) return;
	const isDeep = levels > 1;
	if (value instanceof GoSlice) {
		scale.weight += value.items.length * ITEM;
		for (const item of isDeep ? value.items : []) {
			if (scale.weight > scale.most) return;
			weigh(item, levels - 1, scale);
		}
	} else if (value instanceof GoMap) {
		scale.weight += value.entries.size * ENTRY;
		for (const [name, item] of isDeep ? value.entries : []) {
			if (scale.weight > scale.most) return;
			scale.weight += name.length;
			weigh(item, levels - 1, scale);
		}
	}
}
