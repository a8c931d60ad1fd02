/** A letter that begins or continues a word with a case. */
const CASED = /\p{Lowercase}|\p{Uppercase}|\p{Lt}/u;
/** What stands within a word and does not end it, besides letters. */
const WITHIN_WORD = /[\p{Nd}\p{M}\p{Pc}\p{Cf}\u02C2-\u02D7\u02DE-\u02FF]/u;
/** Scripts whose words are told by a dictionary: each letter ends the word before it. */
const WITHOUT_WORDS =
	/\p{Ideographic}|\p{sc=Hiragana}|\p{sc=Thai}|\p{sc=Lao}|\p{sc=Khmer}|\p{sc=Myanmar}|\p{sc=Tai_Le}|\p{sc=New_Tai_Lue}|\p{sc=Tai_Tham}/u;
/** One of them stands within a word (`it's`, `a.b`), two end it. */
const MIDDLE = /['.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A]/;

/** Letter by letter, as Go does it: `ß` stays, and a sigma at the end is one as within. */
export function toUpper(text: string): string {
	return text.replaceAll(/\P{ASCII}|[a-z]+/gu, (part) => singly(part, part.toUpperCase()));
}

/** Letter by letter, as Go does it. */
export function toLower(text: string): string {
	return text.replaceAll(/\P{ASCII}|[A-Z]+/gu, (part) => {
		const lower = part.toLowerCase();
		return part === "\u0130" ? "i" : singly(part, lower);
	});
}

/** The first letter of each word as it stands in a title; the others stay as they are. */
export function toTitle(text: string): string {
	let isWithin = false;
	let wasMiddle = false;
	const result: string[] = [];
	for (const letter of text) {
		const isMiddle = MIDDLE.test(letter);
		const isCased = CASED.test(letter);
		if (wasMiddle && isMiddle) isWithin = false;
		result.push(isCased && !isWithin ? titleOf(letter) : letter);
		if (isCased) isWithin = true;
		else if (!isMiddle && endsWord(letter)) isWithin = false;
		wasMiddle = isMiddle;
	}
	return result.join("");
}

function endsWord(letter: string): boolean {
	if (WITHIN_WORD.test(letter)) return false;
	return !/\p{L}/u.test(letter) || WITHOUT_WORDS.test(letter);
}

/** Letters of two, whose title has a capital and a small one. */
const DIGRAPHS: ReadonlyMap<string, string> = new Map(
	["Ǆǅǆ", "Ǉǈǉ", "Ǌǋǌ", "Ǳǲǳ"].flatMap(([capital = "", title = "", small = ""]) =>
		[capital, title, small].map((letter) => [letter, title] as const),
	),
);

function titleOf(letter: string): string {
	const digraph = DIGRAPHS.get(letter);
	if (digraph !== undefined) return digraph;
	const [first = "", ...rest] = letter.toUpperCase();
	return first + rest.join("").toLowerCase();
}

/** The changed letters, unless one has become several. */
function singly(before: string, after: string): string {
	return Array.from(before).length === Array.from(after).length ? after : before;
}
