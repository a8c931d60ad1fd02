/** A place in a config file, for messages. */
export interface HclPlace {
	/** 1-based. */
	readonly line: number;
	/** 1-based. */
	readonly column: number;
}

/** What stands behind a key. */
export type HclValue =
	| { readonly kind: "text"; readonly text: string; readonly place: HclPlace; readonly isHeredoc?: true }
	| { readonly kind: "number"; readonly number: number; readonly source: string; readonly place: HclPlace }
	| { readonly kind: "bool"; readonly bool: boolean; readonly place: HclPlace }
	| { readonly kind: "null"; readonly place: HclPlace }
	| { readonly kind: "list"; readonly items: readonly HclValue[]; readonly place: HclPlace }
	| { readonly kind: "object"; readonly body: HclBody; readonly place: HclPlace };

/**
 * One `key = value`, or a block: `key "label" { … }`. In JSON a block is an object, a repeated one a list of objects, and a
 * label one more object within; the reader leaves them so, and who decodes a stanza knows which of its keys are labels.
 */
export interface HclItem {
	readonly key: string;
	/** Of the key. */
	readonly place: HclPlace;
	/** Of a block in HCL; empty for `key = value` and in JSON. */
	readonly labels: readonly { readonly text: string; readonly place: HclPlace }[];
	readonly value: HclValue;
}

/** In the order of the file; a key may stand several times. */
export interface HclBody {
	readonly items: readonly HclItem[];
	readonly place: HclPlace;
}
