/** How a verb of Go's `printf` is to be written. */
export interface Flags {
	readonly width?: number;
	readonly precision?: number;
	/** `-`: padded on the right. */
	readonly isLeft: boolean;
	/** `+`: with a sign; of quoted texts, in ASCII alone. */
	readonly hasSign: boolean;
	/** `#`: the other form. */
	readonly isAlternate: boolean;
	/** A blank in the place of the sign, or between bytes. */
	readonly hasBlank: boolean;
	/** Padded with noughts. */
	readonly hasZeros: boolean;
	/** `%+v`: names of fields. */
	readonly hasNames: boolean;
	/** `%#v`: as Go source. */
	readonly isSource: boolean;
}

export const PLAIN: Flags = {
	isLeft: false,
	hasSign: false,
	isAlternate: false,
	hasBlank: false,
	hasZeros: false,
	hasNames: false,
	isSource: false,
};

/** Padded to the width, which counts letters. */
export function padded(text: string, flags: Flags): string {
	const { width = 0, isLeft } = flags;
	if (width <= text.length / 2) return text;
	const padding = Math.max(0, width - lettersIn(text));
	return isLeft ? text + " ".repeat(padding) : paddingOf(padding, flags) + text;
}

/** What stands before a text; to the right of one there are blanks alone. */
export function paddingOf(count: number, { hasZeros, isLeft }: Flags): string {
	return (hasZeros && !isLeft ? "0" : " ").repeat(Math.max(0, count));
}

function lettersIn(text: string): number {
	let count = 0;
	for (const _ of text) count++;
	return count;
}
