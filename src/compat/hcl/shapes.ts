import type { HclBody, HclItem, HclPlace, HclValue } from "./body.ts";

/** A block with its label, whichever way it was written. */
export interface Block {
	readonly label?: { readonly text: string; readonly place: HclPlace };
	readonly body: HclBody;
	/** Of its key. */
	readonly place: HclPlace;
}

/** The blocks that an item is: one, or those of a list; undefined when it is none. */
export function blocksOf(item: HclItem): readonly Block[] | undefined {
	const bodies = bodiesOf(item.value);
	const [label] = item.labels;
	return bodies?.map((body) => ({ ...(label && { label }), body, place: item.place }));
}

/**
 * The blocks that an item is, each with its label: that before its brace, or, as in JSON, the key of an object around it.
 *
 * @param own keys that a block of this kind has: they are no labels
 */
export function labelledBlocksOf(item: HclItem, own: ReadonlySet<string>): readonly Block[] | undefined {
	return blocksOf(item)?.flatMap((block) => {
		const isAround = block.label === undefined && block.body.items.length > 0;
		const inner = isAround ? block.body.items.map((one) => labelled(one, own)) : [undefined];
		return inner.some((blocks) => blocks === undefined) ? [block] : inner.flatMap((blocks) => blocks ?? []);
	});
}

function labelled(item: HclItem, own: ReadonlySet<string>): readonly Block[] | undefined {
	if (own.has(item.key.toLowerCase())) return undefined;
	const label = { text: item.key, place: item.place };
	return bodiesOf(item.value)?.map((body) => ({ label, body, place: item.place }));
}

/** Of an object, or a list of nothing but objects. */
function bodiesOf(value: HclValue): readonly HclBody[] | undefined {
	if (value.kind === "object") return [value.body];
	if (value.kind !== "list") return undefined;
	const bodies = value.items.map((item) => (item.kind === "object" ? item.body : undefined));
	return bodies.every((body) => body !== undefined) ? bodies : undefined;
}
