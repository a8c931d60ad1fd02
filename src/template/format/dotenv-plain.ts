import type { Pair } from "./dotenv-reader.ts";

/** `NAME=value` of characters that mean nothing to anybody, a comment without quotes or escapes, an empty line. */
const PLAIN_LINE = /^(?:([A-Za-z_]\w*)=([\w./:@%+,=-]+)|#[ !#%&(-[\]-_a-~]*|)$/;

/** docker refuses a line of 64 KiB. */
const LONGEST_LINE = 4096;

/**
 * The variables of a text so plain that every reader takes it alike, found without asking any: most env files are
 * such, and asking six readers is the larger part of the time that a file takes.
 *
 * @returns `undefined` when the readers have to be asked, also for a name that stands twice
 */
export function plainPairs(text: string): Pair[] | undefined {
	const pairs = new Map<string, string>();
	for (const line of text.split("\n")) {
		const found = line.length > LONGEST_LINE ? null : PLAIN_LINE.exec(line);
		if (found === null) return undefined;
		const [, name, value] = found;
		if (name === undefined || value === undefined) continue;
		if (pairs.has(name)) return undefined;
		pairs.set(name, value);
	}
	return [...pairs];
}
