import { Untranslatable } from "./expression.ts";

/** What a Handlebars template is made of. */
export type Part =
	/** Text of the Go template; the spaces at its ends go where a tag beside it takes them away. */
	| { readonly kind: "text"; readonly text: string; readonly trimsStart: boolean; readonly trimsEnd: boolean }
	| { readonly kind: "value"; readonly inner: string }
	/** What takes the whole line away where it stands alone in it. */
	| { readonly kind: "block"; readonly inner: string };

interface Tag {
	readonly part: Exclude<Part, { kind: "text" }>;
	/** A comment without words beside it keeps it from standing alone. */
	isGuarded: boolean;
	/** Spaces beside it are taken away. */
	stripsBefore: boolean;
	stripsAfter: boolean;
}

interface Text {
	/** What stays. */
	core: string;
	/** Spaces around it that a `~` beside it takes away: they keep lines as they were. */
	before: string;
	after: string;
}

type Item = Tag | Text;

/** What Go takes away; the spaces of Handlebars are more. */
const CORE = /^[ \t\r\n]*(?<core>[^]*?)[ \t\r\n]*$/;

/**
 * A Handlebars template that writes the same texts between its tags, byte for byte: trim markers become `~` where they
 * can, and a line that holds a tag alone stays, as it does in Go.
 */
export function layOut(parts: readonly Part[]): string {
	const items = merged(parts.map((part, index) => itemOf(part, parts[index - 1], parts[index + 1])));
	for (const [index, item] of items.entries())
		if ("core" in item) settle(item, items[index - 1], items[index + 1]);
	for (const [index, item] of items.entries()) if ("part" in item) keepLine(items, index, item);
	for (const [index, item] of items.entries()) {
		if ("core" in item) keepBracesApart(item, items[index - 1], items[index + 1]);
	}
	return items
		.map((item, index) => ("part" in item ? spelled(item) : escaped(item, items[index + 1])))
		.join("");
}

function itemOf(part: Part, previous: Part | undefined, next: Part | undefined): Item {
	if (part.kind !== "text") return { part, isGuarded: false, stripsBefore: false, stripsAfter: false };
	const { text, trimsStart, trimsEnd } = part;
	const core = CORE.exec(text)?.groups?.["core"] ?? "";
	if (core === "" && (trimsStart || trimsEnd)) {
		const isBefore = trimsStart && isTag(previous);
		return { core, before: isBefore ? text : "", after: !isBefore && trimsEnd && isTag(next) ? text : "" };
	}
	const start = text.indexOf(core);
	const [before, after] = [text.slice(0, start), text.slice(start + core.length)];
	const first = ended(before, trimsStart, previous);
	const last = ended(after, trimsEnd, next);
	return { core: first.core + core + last.core, before: first.strip, after: last.strip };
}

/** Spaces at an end: they belong to the text, or go by a `~` where there is a tag for one. */
function ended(
	spaces: string,
	isTrimmed: boolean,
	beside: Part | undefined,
): { core: string; strip: string } {
	if (!isTrimmed) return { core: spaces, strip: "" };
	return { core: "", strip: isTag(beside) ? spaces : "" };
}

const isTag = (part: Part | undefined): boolean => part !== undefined && part.kind !== "text";

/** Texts beside each other are one to Handlebars. */
function merged(items: readonly Item[]): Item[] {
	const result: Item[] = [];
	for (const item of items) {
		const last = result.at(-1);
		if (last !== undefined && "core" in last && "core" in item) {
			last.core += item.core;
			last.after = item.after;
		} else result.push(item);
	}
	return result.filter((item) => "part" in item || writtenText(item) !== "");
}

const writtenText = ({ before, core, after }: Text): string => before + core + after;

/** A `~` takes all spaces away: it can only stand where all of them go. */
function settle(text: Text, previous: Item | undefined, next: Item | undefined): void {
	if (/^\s/.test(text.core)) text.before = "";
	if (/\s$/.test(text.core)) text.after = "";
	if (previous !== undefined && "part" in previous) previous.stripsAfter = text.before !== "";
	if (next !== undefined && "part" in next) next.stripsBefore = text.after !== "";
}

/** Whether Handlebars would see nothing but spaces around it in its line. */
function isAlone(items: readonly Item[], index: number): boolean {
	const [before, after] = [items[index - 1], items[index + 1]];
	const start = index === 1 ? /(?:^|\n)\s*$/ : /\n\s*$/;
	const end = index === items.length - 2 ? /^\s*?(?:\n|$)/ : /^\s*?\n/;
	const startsLine = before === undefined || ("core" in before && start.test(writtenText(before)));
	const endsLine = after === undefined || ("core" in after && end.test(writtenText(after)));
	return startsLine && endsLine;
}

/** Alone in its line it would take with it what no `~` takes away. */
function keepLine(items: readonly Item[], index: number, tag: Tag): void {
	const [before, after] = [items[index - 1], items[index + 1]];
	const losesBefore =
		!tag.stripsBefore && before !== undefined && "core" in before && /[ \t]$/.test(writtenText(before));
	const losesAfter = !tag.stripsAfter && after !== undefined;
	if (tag.part.kind !== "block" || !(losesBefore || losesAfter) || !isAlone(items, index)) return;
	if (before !== undefined && "core" in before && tag.stripsBefore) before.after = "";
	if (after !== undefined && "core" in after && tag.stripsAfter) after.before = "";
	tag.stripsBefore = false;
	tag.stripsAfter = false;
	tag.isGuarded = isAlone(items, index);
}

/** A brace of the text beside those of a tag would be one of them; a space between, which is taken away again, is none. */
function keepBracesApart(text: Text, previous: Item | undefined, next: Item | undefined): void {
	const written = writtenText(text);
	if (written.startsWith("}") && previous !== undefined && "part" in previous && !previous.isGuarded) {
		text.before = " ";
		previous.stripsAfter = true;
	}
	if (written.endsWith("{") && next !== undefined && "part" in next) {
		text.after = " ";
		next.stripsBefore = true;
	}
}

function spelled({ part, stripsBefore, stripsAfter, isGuarded }: Tag): string {
	const written = `{{${stripsBefore ? "~" : ""}${part.inner}${stripsAfter ? "~" : ""}}}`;
	return isGuarded ? `${written}{{!}}` : written;
}

/** Text in which no tag begins. */
function escaped(item: Text, next: Item | undefined): string {
	const text = writtenText(item);
	if (/\\\{\{|\{\{\{|\{\{.?\{\{/.test(text)) {
		throw new Untranslatable("its text has braces that Handlebars would take for a tag");
	}
	const written = text.replaceAll("{{", String.raw`\{{`);
	return next !== undefined && text.endsWith("\\") ? `${written}\\` : written;
}
