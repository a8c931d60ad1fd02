import { type Delimiters, isSpace, tokensOf } from "../go/mod.ts";

/** An action or a comment of a Go template, as it stands in the text. */
export interface SourceTag {
	readonly at: number;
	/** The text of a comment. */
	readonly comment?: string;
	/** The first word of an action, where that is a keyword, and the one after it: `else if`. */
	readonly words: readonly string[];
	/** Spaces before and after it are taken away. */
	readonly trimsBefore: boolean;
	readonly trimsAfter: boolean;
	/** What stands between it and the tag before, or the beginning; nothing is taken away yet. */
	readonly before: string;
}

/** A Go template as a row of tags, and what stands after the last. */
export interface TagRow {
	readonly tags: readonly SourceTag[];
	readonly rest: string;
}

/** @param text one that Go's parser has taken */
export function tagsOf(text: string, delimiters: Delimiters): TagRow {
	const { left, right } = delimiters;
	const tags: SourceTag[] = [];
	let from = 0;
	const add = (at: number, end: number, tag: Pick<SourceTag, "comment" | "words">): void => {
		const inside = at + left.length;
		tags.push({
			...tag,
			at,
			before: text.slice(from, at),
			trimsBefore: text[inside] === "-" && isSpace(text[inside + 1]),
			trimsAfter: text[end - right.length - 1] === "-" && isSpace(text[end - right.length - 2]),
		});
		from = end;
	};
	const addComments = (until: number): void => {
		for (let at = commentAt(text, from, left); at >= 0 && at < until; at = commentAt(text, from, left)) {
			const start = text.indexOf("/*", at) + 2;
			const end = text.indexOf("*/", start);
			add(at, text.indexOf(right, end) + right.length, { comment: text.slice(start, end), words: [] });
		}
	};
	let open = -1;
	let words: string[] = [];
	for (const token of tokensOf(text, delimiters)) {
		if (token.kind === "leftDelimiter") {
			addComments(token.at);
			[open, words] = [token.at, []];
		} else if (token.kind === "rightDelimiter") {
			add(open, text.indexOf(right, token.at) + right.length, { words });
		} else if (token.kind === "keyword" && words.length < 2) words.push(token.text);
	}
	addComments(text.length);
	return { tags, rest: text.slice(from) };
}

/** Where the next comment begins that stands between actions. */
function commentAt(text: string, from: number, left: string): number {
	const plain = text.indexOf(`${left}/*`, from);
	const trimming = text.slice(from).search(new RegExp(`${escaped(left)}-[ \\t\\r\\n]/\\*`));
	const found = [plain, trimming < 0 ? -1 : from + trimming].filter((at) => at >= 0);
	return found.length === 0 ? -1 : Math.min(...found);
}

function escaped(text: string): string {
	return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
