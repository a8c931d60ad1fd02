import { type Matcher, RE2JS } from "re2js";
import { GoFault } from "./functions.ts";
import { checkLength } from "./text-bound.ts";

/**
 * Letters that may be looked at for all matches in one text, each from its place to the end of the text. One search is
 * linear; a pattern such as `a.*b|a` searches anew to the end behind each letter, which a value could be made for.
 */
const MOST_LETTERS = 200_000_000;

/** A regular expression in RE2's syntax, which has no way to take exponential time (pkg.go.dev/regexp/syntax). */
export type GoRegexp = RE2JS;

/** One match, in UTF-16 units. */
export interface RegexpMatch {
	readonly start: number;
	readonly end: number;
	/** The whole match, then each group; `undefined` for one that took no part. */
	readonly groups: readonly (string | undefined)[];
}

/** @throws GoFault, which does not repeat the pattern: it may have been computed */
export function compileRegexp(pattern: string): GoRegexp {
	checkLength(pattern.length);
	try {
		return RE2JS.compile(pattern);
	} catch {
		throw new GoFault("error parsing regexp: this is not in RE2's syntax");
	}
}

/** Whether it matches anywhere. */
export function matchesRegexp(regexp: GoRegexp, text: string): boolean {
	return regexp.matcher(text).find();
}

/**
 * All matches that do not overlap, as Go finds them: an empty one right behind another is none.
 *
 * @throws GoFault when finding them would take too long
 */
export function* regexpMatches(regexp: GoRegexp, text: string): Generator<RegexpMatch> {
	const matcher = regexp.matcher(text);
	let lastEnd = -1;
	let letters = 0;
	for (let at = 0; at <= text.length; ) {
		letters += text.length - at;
		if (letters > MOST_LETTERS) throw new GoFault("the text has too many matches for its length");
		if (!matcher.find(at)) return;
		const [start, end] = [matcher.start(), matcher.end()];
		if (end > start || start !== lastEnd) yield { start, end, groups: groupsOf(matcher) };
		lastEnd = end;
		at = end > at ? end : at + letterAt(text, at);
	}
}

/**
 * Replaces every match. In the replacement `$1`, `$name` and `${name}` stand for groups, and a name is as long as it can be:
 * `$1x` is the group of that name; `$$` is a dollar sign (pkg.go.dev/regexp#Regexp.Expand).
 *
 * @throws GoFault for a result that would be too long
 */
export function replaceRegexp(regexp: GoRegexp, text: string, replacement: string): string {
	const parts: string[] = [];
	let length = 0;
	let last = 0;
	const names = regexp.namedGroups();
	for (const { start, end, groups } of regexpMatches(regexp, text)) {
		const part = text.slice(last, start) + expanded(replacement, groups, names);
		length += part.length;
		checkLength(length);
		parts.push(part);
		last = end;
	}
	return parts.join("") + text.slice(last);
}

const REFERENCE = /\$(?:(?<dollar>\$)|(?<name>[\p{L}\p{Nd}_]+)|\{(?<braced>[\p{L}\p{Nd}_]+)\})/gu;

function expanded(
	replacement: string,
	groups: RegexpMatch["groups"],
	names: Readonly<Record<string, number>>,
): string {
	return replacement.replaceAll(REFERENCE, (...args) => {
		const { dollar, name, braced = name } = args.at(-1) as Record<string, string | undefined>;
		if (dollar !== undefined || braced === undefined) return "$";
		const index = /^\d+$/.test(braced) ? Number(braced) : Object.hasOwn(names, braced) ? names[braced] : undefined;
		return index === undefined ? "" : (groups[index] ?? "");
	});
}

function groupsOf(matcher: Matcher): (string | undefined)[] {
	return Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? undefined);
}

/** Units of the letter there. */
function letterAt(text: string, at: number): number {
	return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
