import { firstString, VERSIONS } from "./yaml-document.ts";
import type { YamlPlace } from "./yaml-place.ts";

/** What some reader of YAML 1.1 or 1.2 takes for a boolean, null or number although it is made of letters. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity)$/i;
/** Safe as a whole value; within `[…]`, `{…}` and in keys fewer signs are. */
const PLAIN = /^[A-Za-z_/](?:[\w./@+=,%&?~:-]*[\w/=+-])?$/;
const PLAIN_TIGHT = /^[A-Za-z_/][\w./@+=~-]*$/;
/** Safe next to other text. */
const PART =
	/^(?:[\p{L}\p{N}\p{M}_./@+=%~-](?:[\p{L}\p{N}\p{M}_./@+=%~?&,: -]*[\p{L}\p{N}\p{M}_./@+=%~-])?)?$/u;
const PART_TIGHT = /^[\p{L}\p{N}\p{M}_./@+=~-]*$/u;

/** A key on one line may have 1024 characters at most, quotes and escapes included. */
const LONGEST_KEY = 1000;

/** All that YAML 1.1 and 1.2 do not both take as it is: controls, and line breaks that only 1.1 knows. */
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u;
const ESCAPED = /["\\\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/gu;
const SHORT: ReadonlyMap<string, string> = new Map([
	["\n", "\\n"],
	["\t", "\\t"],
	["\r", "\\r"],
	['"', '\\"'],
	["\\", "\\\\"],
]);

/** Between double quotes: escapes that JSON has as well. */
function escaped(value: string): string {
	return value.replace(
		ESCAPED,
		(char) => SHORT.get(char) ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

/** A blank at a line's end is lost when quoted text is folded, so it is escaped as well. */
function escapedBlanks(value: string): string {
	return escaped(value).replaceAll(/^ +|(?<! ) +$/g, (blanks) => "\\x20".repeat(blanks.length));
}

/** Whether a line of a comment or a scalar without escapes can hold it. */
export function isPrintable(value: string): boolean {
	return !UNPRINTABLE.test(value);
}

/**
 * The plainest way to write the value in this place that YAML 1.1 and 1.2 both read back as this string.
 *
 * @returns `undefined` when there is none
 */
export function spellYaml(value: string, place: YamlPlace): string | undefined {
	if (value.includes("\0") || !value.isWellFormed()) return undefined;
	if (place.kind === "comment") return isPrintable(value) && !value.includes("\n") ? value : undefined;
	return candidates(value, place).find((text) => isReadBack(text, value, place));
}

function candidates(value: string, place: YamlPlace): string[] {
	switch (place.kind) {
		case "plain":
			return plain(value, place);
		case "single":
			return isPrintable(value) && !value.includes("\n") ? [value.replaceAll("'", "''")] : [];
		case "double":
			return [escaped(value), escapedBlanks(value)];
		case "literal":
			return isPrintable(value) && !opensBlank(value, place) ? [indented(value, place)] : [];
		case "folded":
			return isPrintable(value) && !value.includes("\n") && !opensBlank(value, place) ? [value] : [];
		default:
			return [];
	}
}

function plain(value: string, { isWhole, isKey, isInFlow, shared }: YamlPlace): string[] {
	const isTight = isKey || isInFlow;
	if (isWhole) {
		const isPlain = (isTight ? PLAIN_TIGHT : PLAIN).test(value) && !WORDS.test(value);
		const quoted = `"${escaped(value)}"`;
		if (isKey && quoted.length > LONGEST_KEY) return [];
		return isPlain ? [value, quoted] : [quoted];
	}
	if (!(isTight ? PART_TIGHT : PART).test(value) || /: | {2}/.test(value)) return [];
	return shared !== undefined && couldBecomeBare(value, shared) ? [] : [value];
}

/**
 * Whether values that share a scalar could together make a number or a word of YAML, when nothing that the
 * author wrote between them rules it out: `{{major}}.{{minor}}` is text for 2 and x, but a number for 1 and 10.
 */
function couldBecomeBare(value: string, shared: string): boolean {
	if (/^[\d.eE+-]*$/.test(shared) && /^[\d.eE+-]*$/.test(value)) return true;
	return shared === "" && /^[A-Za-z~]{0,5}$/.test(value);
}

/** Whether a block would begin with a blank: the indentation is measured there, and libyaml refuses a tab. */
function opensBlank(value: string, { head, header }: YamlPlace): boolean {
	return head.trim() === "" && !/[1-9]/.test(header) && /^\n*[ \t]/.test(value);
}

function indented(value: string, { contentIndent }: YamlPlace): string {
	return value.replaceAll(/\n(?=[^\n])/g, `\n${" ".repeat(contentIndent)}`);
}

function isReadBack(text: string, value: string, place: YamlPlace): boolean {
	try {
		return VERSIONS.every((version) => {
			const expected = firstString(excerpt(place.marker, place), version)?.replaceAll(
				place.marker,
				() => value,
			);
			return expected !== undefined && firstString(excerpt(text, place), version) === expected;
		});
	} catch (error) {
		if (error instanceof SyntaxError) return false;
		throw error;
	}
}

/** The scalar in a small text of its own, as a key, in brackets or in block style, as it stands in the whole. */
function excerpt(text: string, place: YamlPlace): string {
	const scalar = `${place.head}${text}${place.tail}`;
	if (place.kind === "literal" || place.kind === "folded") {
		const dash = place.contentIndent > 0 ? `${" ".repeat(place.indent)}-` : "---";
		return `${dash} ${place.header}\n${scalar}`;
	}
	if (place.isKey) return place.isInFlow ? `{ ${scalar}: x }` : `${scalar}: x`;
	return place.isInFlow ? `[ ${scalar} ]` : scalar;
}
