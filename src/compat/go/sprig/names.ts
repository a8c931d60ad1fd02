import { toLower, toUpper } from "../functions/letter-case.ts";
import { isSpace } from "../functions/texts.ts";
import { isUpper } from "./letters.ts";

type WordKind = "connector" | "punctuation" | "large" | "small" | "number" | "other";

interface Word {
	readonly kind: WordKind;
	readonly text: string;
}

/** Letters that form words; those of China and Japan stand alone. */
const LETTER = String.raw`(?![\u4E00-\u9FCC\u3400-\u4D85])[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]`;

/** Of `HTTPStatus`, `HTTP` is one word and `Status` the other. */
const WORDS = new RegExp(
	[
		String.raw`(?<connector>[-_\p{White_Space}]+)`,
		String.raw`(?<punctuation>\p{P}+)`,
		String.raw`(?<large>\p{Lu}+(?=\p{Lu}${LETTER})|\p{Lu}(?:${LETTER})+|\p{Lu}+)`,
		String.raw`(?<small>(?:${LETTER})+)`,
		String.raw`(?<number>\p{N}+)`,
		String.raw`(?<other>(?:(?!${LETTER})[^-_\p{White_Space}\p{P}\p{N}\p{Lu}])+)`,
	].join("|"),
	"gu",
);

function wordsOf(text: string): readonly Word[] {
	return [...text.matchAll(WORDS)].map(({ groups = {} }) => {
		const [kind, word] = Object.entries(groups).find(([, part]) => part !== undefined) ?? ["other", ""];
		return { kind: kind as WordKind, text: word };
	});
}

/** `FirstName` to `first_name`; numbers stay with the word that they belong to, as `xstrings` has it. */
export function separated(text: string, connector: "_" | "-"): string {
	const words = wordsOf(text);
	let result = "";
	let at = 0;
	const kind = (): WordKind | undefined => words[at]?.kind;
	const write = (): void => {
		const word = words[at++];
		if (word?.kind === "connector") result += connector.repeat(Array.from(word.text).length);
		else result += word?.kind === "large" ? toLower(word.text) : (word?.text ?? "");
	};
	const connect = (): void => {
		const next = kind();
		if (next !== undefined && next !== "connector" && next !== "punctuation") result += connector;
	};
	const writeTail = (): void => {
		while (kind() === "small" || kind() === "number") write();
		connect();
	};
	while (at < words.length) {
		const before = kind();
		write();
		if (before === "number") writeTail();
		else if (before === "connector" || before === "punctuation" || at >= words.length) continue;
		else if (kind() !== "number") connect();
		else if (words[at + 1]?.kind === "small") {
			connect();
			writeTail();
		} else if (at + 1 < words.length) {
			write();
			connect();
		}
	}
	return result;
}

const isConnector = (letter: string): boolean => letter === "-" || letter === "_" || isSpace(letter);

/** `first_name` to `FirstName`; of two connectors in a row one stays, as do those at the start. */
export function pascalCase(text: string): string {
	const letters = Array.from(text);
	const start = letters.findIndex((letter) => !isConnector(letter));
	if (start < 0) return text;
	let result = letters.slice(0, start).join("");
	let pending = letters[start] ?? "";
	let isLarge = isUpper(pending);
	pending = toUpper(pending);
	for (const letter of letters.slice(start + 1)) {
		let next = letter;
		if (isConnector(pending) && !isConnector(letter)) {
			isLarge = isUpper(letter);
			next = toUpper(letter);
		} else {
			if (!isConnector(letter) || !isConnector(pending)) {
				if (isLarge && isUpper(letter)) next = toLower(letter);
				else isLarge = false;
			}
			result += pending;
		}
		pending = next;
	}
	return result + pending;
}
