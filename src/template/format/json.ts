import { type JsonNumber, parseJson } from "../../kernel/mod.ts";
import { type Format, type JsonText, type Scalar, Unplaceable } from "./format.ts";
import { readJson } from "./json-reader.ts";
import { TextCursor } from "./text-cursor.ts";

/** Where a value stands in a JSON text; `joined` is outside of quotes, with other text at its side. */
export type JsonContext = "bare" | "key" | "string" | "joined";

/**
 * One JSON text (RFC 8259). A value without quotes around it is a whole JSON value: strings get their quotes,
 * numbers keep their digits.
 */
export const jsonFormat: Format<JsonContext> = {
	lex(text, markers) {
		const contexts = new Map<number, JsonContext>();
		const find = (piece: string) => [...piece.matchAll(new RegExp(markers, "g"))];
		readJson(new TextCursor(text), {
			allows: (bare) => find(bare).length > 0,
			visit: ({ kind, text: piece }) => {
				for (const found of find(piece)) {
					const isWhole = kind === "string" || found[0].length === piece.length;
					contexts.set(Number(found[1]), isWhole ? kind : "joined");
				}
			},
		});
		return contexts;
	},

	escape(value, context) {
		switch (context) {
			case "string":
				return quote(value).slice(1, -1);
			case "key":
				return quote(value);
			case "bare":
				return typeof value === "string" ? quote(value) : bareText(value);
			case "joined":
				throw new Unplaceable("touches other text outside of quotes", "put both into one quoted string");
			default:
				return context satisfies never;
		}
	},

	parse(text) {
		readJson(new TextCursor(text), { allows: () => false, visit: () => {} });
		return parseJson(text);
	},
};

/** U+2028 and U+2029 as escapes: JSON allows them, a reader that takes JSON for JavaScript may not. */
function quote(value: Scalar): string {
	return JSON.stringify(String(value)).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

function bareText(value: number | boolean | JsonNumber | JsonText): string {
	if (typeof value === "number" && !Number.isFinite(value)) {
		throw new Unplaceable("is not a number that JSON can hold", "put it in quotes");
	}
	return String(value);
}
