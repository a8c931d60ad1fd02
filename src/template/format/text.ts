import type { Format } from "./format.ts";

/** No format: every value stands as it is. Nothing guards against a value that means something to the reader. */
export const textFormat: Format<"anywhere"> = {
	lex(text, markers) {
		return new Map([...text.matchAll(markers)].map((found) => [Number(found[1]), "anywhere"]));
	},
	escape: (value) => String(value),
	parse: (text) => text,
};
