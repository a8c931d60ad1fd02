import { toLower, toUpper } from "../functions/letter-case.ts";

export const isUpper = (letter: string): boolean => /^\p{Lu}$/u.test(letter);

/** Go's `strings.Title`: the first letter of each word is made large, the others stay. */
export function title(text: string): string {
	return byWords(text, /^[\p{L}\p{Nd}_]$/u, toUpper);
}

/** The first letter of what stands between spaces is made small. */
export function untitle(text: string): string {
	return byWords(text, /^\P{White_Space}$/u, toLower);
}

/** Large to small and back. */
export function swapCase(text: string): string {
	return text.replaceAll(/[\p{Lu}\p{Lt}]+|\p{Ll}+/gu, (part) =>
		/^\p{Ll}/u.test(part) ? toUpper(part) : toLower(part),
	);
}

/** The first letters of all words; of letters, where sprig takes a first byte. */
export function initials(text: string): string {
	return text
		.split(/\p{White_Space}+/u)
		.map((word) => Array.from(word)[0] ?? "")
		.join("");
}

function byWords(text: string, inWord: RegExp, change: (letter: string) => string): string {
	let isStart = true;
	let result = "";
	for (const letter of text) {
		const belongs = inWord.test(letter);
		result += belongs && isStart ? change(letter) : letter;
		isStart = !belongs;
	}
	return result;
}
