import { printableLines } from "../kernel/mod.ts";

/** The colours of the program's own marks, and their end. */
const ESCAPE = "\u001B";
const COLOR = new RegExp(`(${ESCAPE}\\[(?:0|3[1-6]|90)m)`);

/**
 * What is written to the screen: line ends, tabs and colours of our own have their effect, and nothing else has any,
 * whatever names and answers the text is made of.
 */
export function terminalText(text: string, hasColor: boolean): string {
	if (!hasColor) return printableLines(text);
	return text
		.split(COLOR)
		.map((part, index) => (index % 2 === 0 ? printableLines(part) : part))
		.join("");
}
