import { type Matcher, RE2JS } from "re2js";
import type { Surroundings } from "./function.ts";
import { GoFault } from "../values/fault.ts";
import { checkLength } from "../values/bounds.ts";

/**
 * Steps of one call: each letter that is looked at may be one for each part of the pattern. One search is linear; a
 * pattern such as `a.*b|a` searches anew to the end of the text behind each letter, which a value could be made for.
 */
const MOST_STEPS = 50_000_000;

/** What it takes to read a pattern, and each of its parts, in steps. */
const READING = 5000;
const READING_PART = 100;

/** A repetition that something follows; one at the end of a pattern ends with its match. */
const MAY_LOOK_FAR = /(?:[*+]|\{\d+,\d*\})\??[^?]/;

/** One match, in UTF-16 units. */
interface Match {
	readonly start: number;
	readonly end: number;
	/** The whole match, then each group; `undefined` for one that took no part. */
	readonly groups: readonly (string | undefined)[];
}

/**
 * @param spend is told of the steps that are taken
 * @throws GoFault, which does not repeat the pattern: it may have been computed
 */
export function compileRegexp(pattern: string, spend?: (steps: number) => void): GoRegexp {
	const regexp = compiled(pattern);
	spend?.(READING + READING_PART * regexp.programSize());
	return new GoRegexp(regexp, spend);
}

function compiled(pattern: string): RE2JS {
	try {
		return RE2JS.compile(pattern);
	} catch {
		throw new GoFault("error parsing regexp: this is not in RE2's syntax");
	}
}

/** The same for functions, whose pass counts the steps. */
export function countedRegexp(pattern: string, { spend }: Surroundings): GoRegexp {
	return compileRegexp(pattern, spend);
}

/** A text as a pattern that matches nothing else. */
export function quoteMeta(text: string): string {
	return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`);
}

/** A regular expression in RE2's syntax, which never takes exponential time (pkg.go.dev/regexp). */
export class GoRegexp {
	readonly #regexp: RE2JS;
	readonly #spend: ((steps: number) => void) | undefined;

	constructor(regexp: RE2JS, spend?: (steps: number) => void) {
		this.#regexp = regexp;
		this.#spend = spend;
	}

	/** Whether it matches anywhere. @throws GoFault for too long a text */
	test(text: string): boolean {
		this.#search(text);
		return this.#regexp.matcher(text).find();
	}

	/** @param most a negative number for all */
	findAll(text: string, most: number): string[] {
		return this.#matches(text, most).map(({ start, end }) => text.slice(start, end));
	}

	/**
	 * Replaces every match. In the replacement `$1`, `$name` and `${name}` stand for groups, and a name is as long as it can
	 * be: `$1x` is the group of that name; `$$` is a dollar sign.
	 *
	 * @throws GoFault for a result that would be too long
	 */
	replaceAll(text: string, replacement: string): string {
		const names = this.#regexp.namedGroups();
		return this.#replaced(text, ({ groups }) => expanded(replacement, groups, names));
	}

	/** @throws GoFault for a result that would be too long */
	replaceAllLiteral(text: string, replacement: string): string {
		return this.#replaced(text, () => replacement);
	}

	/** What is between the matches. @param most a negative number for all; the last part is what remains */
	split(text: string, most: number): string[] {
		if (most === 0) return [];
		if (text === "" && this.#regexp.pattern() !== "") return [""];
		const parts: string[] = [];
		let last = 0;
		let end = 0;
		for (const match of this.#matches(text, most)) {
			if (most > 0 && parts.length === most - 1) break;
			end = match.start;
			if (match.end !== 0) parts.push(text.slice(last, end));
			last = match.end;
		}
		if (end !== text.length) parts.push(text.slice(last));
		return parts;
	}

	/** Counts one search. @returns steps for each letter */
	#search(text: string): number {
		const size = this.#regexp.programSize();
		if (text.length * size > MOST_STEPS) throw new GoFault("the text is too long for this pattern");
		this.#spend?.(text.length * size);
		return size;
	}

	/** Matches that do not overlap, as Go finds them: an empty one right behind another is none. */
	#matches(text: string, most = -1): Match[] {
		const size = this.#search(text);
		const matcher = this.#regexp.matcher(text);
		const matches: Match[] = [];
		let lastEnd = -1;
		const looksFar = MAY_LOOK_FAR.test(this.#regexp.pattern());
		let steps = 0;
		for (let at = 0; at <= text.length && matches.length !== most; ) {
			steps += size * (looksFar ? text.length - at : 1);
			if (steps > MOST_STEPS) throw new GoFault("the text has too many matches for its length");
			if (!matcher.find(at)) break;
			const [start, end] = [matcher.start(), matcher.end()];
			if (end > start || start !== lastEnd) matches.push({ start, end, groups: groupsOf(matcher) });
			lastEnd = end;
			at = end > at ? end : at + letterAt(text, at);
		}
		this.#spend?.(steps);
		return matches;
	}

	#replaced(text: string, replacement: (match: Match) => string): string {
		const parts: string[] = [];
		let length = 0;
		let last = 0;
		for (const match of this.#matches(text)) {
			const part = text.slice(last, match.start) + replacement(match);
			length += part.length;
			checkLength(length);
			parts.push(part);
			last = match.end;
		}
		return parts.join("") + text.slice(last);
	}
}

const REFERENCE = /\$(?:(?<dollar>\$)|(?<name>[\p{L}\p{Nd}_]+)|\{(?<braced>[\p{L}\p{Nd}_]+)\})/gu;

function expanded(
	replacement: string,
	groups: Match["groups"],
	names: Readonly<Record<string, number>>,
): string {
	return replacement.replaceAll(REFERENCE, (...args) => {
		const { dollar, name, braced } = args.at(-1) as Record<string, string | undefined>;
		const reference = name ?? braced;
		if (dollar !== undefined || reference === undefined) return "$";
		const index = /^\d+$/.test(reference) ? Number(reference) : names[reference];
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
