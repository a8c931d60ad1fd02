import { type Format, Unplaceable } from "./format.ts";
import { type PropertiesLine, readProperties } from "./properties-reader.ts";
import { TextCursor } from "./text-cursor.ts";

/** Where a value stands in a properties text; `escaped` is right after a backslash of the author. */
export type PropertiesContext = "key" | "value" | "comment" | "escaped";

const NAMED: Readonly<Record<string, string>> = {
	"\\": "\\\\",
	"\t": "\\t",
	"\n": "\\n",
	"\r": "\\r",
	"\f": "\\f",
};

/**
 * What `java.util.Properties.load` reads. Characters beyond ASCII are written as `\uXXXX`: the same text is
 * read as Latin-1 from a stream and as UTF-8 from most readers.
 */
export const propertiesFormat: Format<PropertiesContext> = {
	lex(text, markers) {
		const lines = readProperties(new TextCursor(text));
		const contexts = new Map<number, PropertiesContext>();
		let here = 0;
		for (const found of text.matchAll(markers)) {
			while ((lines[here + 1]?.start ?? Number.POSITIVE_INFINITY) <= found.index) here++;
			const line = lines[here];
			if (line !== undefined) contexts.set(Number(found[1]), contextIn(line, found.index));
		}
		return contexts;
	},

	escape(value, context) {
		const text = String(value);
		switch (context) {
			case "key":
				return escapeAll(text, /[ =:#!]/g);
			case "value":
				return escapeAll(text, /^[ =:#!]/g); // later ones are text in a value
			case "comment":
				if (!/[\n\r]/.test(text)) return text;
				throw new Unplaceable("has a newline and cannot stand in a comment", "take it out of the comment");
			case "escaped":
				throw new Unplaceable("stands right after a backslash", "take the backslash away: values need none");
			default:
				return context satisfies never;
		}
	},

	parse(text) {
		const entries = readProperties(new TextCursor(text)).filter((line) => line.kind === "entry");
		return Object.fromEntries(
			entries.map((line) => [
				unescape(line.text.slice(0, line.keyEnd)),
				unescape(line.text.slice(line.valueStart)),
			]),
		);
	},
};

function contextIn(line: PropertiesLine, index: number): PropertiesContext {
	if (line.kind === "comment") return "comment";
	const at = line.indexes.indexOf(index);
	if (/(?<!\\)(?:\\\\)*\\$/.test(line.text.slice(0, at))) return "escaped";
	return at < line.keyEnd ? "key" : "value";
}

function escapeAll(text: string, special: RegExp): string {
	return text
		.replaceAll(/[\\\t\n\r\f]/g, (character) => NAMED[character] ?? "")
		.replaceAll(special, "\\$&")
		.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
}

function unescape(text: string): string {
	return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_all, code?: string, character?: string) => {
		if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
		return { t: "\t", n: "\n", r: "\r", f: "\f" }[character ?? ""] ?? character ?? "";
	});
}
