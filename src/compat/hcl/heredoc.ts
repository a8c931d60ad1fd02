import type { Source } from "./source.ts";

const MARK = /<<(?<dash>-?)(?<name>[\p{L}\p{Nd}_]*)(?<rest>[^\n]*)/uy;

interface Mark {
	/** Between `<<` and the name: empty, or what asks for the indentation to be taken off. */
	readonly dash: string;
	readonly name: string;
	/** Offset of the first line of the text. */
	readonly from: number;
}

/**
 * Reads `<<EOT`, its lines, and the line that ends it; of `<<-EOT` the indentation of that last line is taken from all,
 * where all have it.
 *
 * @param start offset of its `<<`
 * @returns its text, and the offset after the line that ends it
 */
export function readHeredoc(source: Source, start: number): { readonly text: string; readonly end: number } {
	const { text } = source;
	const mark = readMark(source, start);
	let spoilt: { readonly offset: number; readonly why: string } | undefined;
	for (let at = mark.from; at < text.length; ) {
		const next = text.indexOf("\n", at);
		const end = next < 0 ? text.length : next;
		const line = text.slice(at, end);
		if (line.trim() === mark.name) {
			const why = fault(line, mark, next >= 0);
			if (why === undefined) return { text: content(text.slice(mark.from, end), mark), end };
			spoilt ??= { offset: at, why };
		}
		at = end + 1;
	}
	if (spoilt !== undefined) return source.fail(spoilt.offset, spoilt.why);
	return source.fail(start, `this text is not closed: a line with ${mark.name} alone is missing`);
}

function readMark(source: Source, start: number): Mark {
	MARK.lastIndex = start;
	const { dash = "", name = "", rest = "" } = MARK.exec(source.text)?.groups ?? {};
	const end = start + 2 + dash.length + name.length;
	if (name === "") source.fail(start, "expected a heredoc: << and a name such as EOT");
	if (rest !== "") source.fail(end, `nothing may follow <<${dash}${name} in its line`);
	return { dash, name, from: end + 1 };
}

/** What keeps a line that holds the name alone from ending the text. */
function fault(line: string, { dash, name }: Mark, isEnded: boolean): string | undefined {
	if (!line.endsWith(name))
		return `nothing may follow ${name} in the line that ends the text, not even a blank`;
	if (!isEnded) return `the line of ${name}, which ends the text, has to be ended itself`;
	// HCL 1 passes over a line that is shorter than the mark with its dash.
	if (line.length < dash.length + name.length)
		return `${name} does not end the text here: after <<-${name} it has to be indented; or write <<${name}`;
	return undefined;
}

/** @param text with the line that ends it, up to the end of the name */
function content(text: string, { dash, name }: Mark): string {
	const whole = text.slice(0, -name.length);
	if (dash === "") return whole;
	const lines = whole.split("\n");
	const indentation = lines.at(-1) ?? "";
	if (!lines.every((line) => line.startsWith(indentation)))
		return whole.slice(0, whole.length - indentation.length);
	return lines.map((line) => line.slice(indentation.length)).join("\n");
}
