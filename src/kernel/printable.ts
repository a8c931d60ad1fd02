/** What is no letter: controls, those that turn the direction of writing, line ends of other kinds, halves of characters. */
const ACTING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const ACTING_BUT_LINES = /(?!\t|\r?\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text of somebody else's in one line of ours: what a terminal would act upon is spelled out, such as `\u{1b}`, so
 * that no name in Vault and no answer of a server clears the screen, or makes a second line that looks like ours.
 */
export function printable(text: string): string {
	return text.replaceAll(ACTING, spelled);
}

/** The same for a text that has lines, and keeps them. */
export function printableLines(text: string): string {
	return text.replaceAll(ACTING_BUT_LINES, spelled);
}

function spelled(character: string): string {
	return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
