import { isPrintable } from "../printing/quote.ts";

const HTML: Readonly<Record<string, string>> = {
	"\0": "\uFFFD",
	'"': "&#34;",
	"'": "&#39;",
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
};

const JS: Readonly<Record<string, string>> = {
	"\\": "\\\\",
	"'": "\\'",
	'"': '\\"',
	"<": "\\u003C",
	">": "\\u003E",
	"&": "\\u0026",
	"=": "\\u003D",
};

/** Go's `html`. */
export function escapedHtml(text: string): string {
	// oxlint-disable-next-line no-control-regex -- a NUL is among them
	return text.replaceAll(/[\0"'&<>]/g, (letter) => HTML[letter] ?? letter);
}

/** Go's `js`. */
export function escapedJs(text: string): string {
	// oxlint-disable-next-line no-control-regex -- those below the blank are among them
	return text.replaceAll(/[\\'"<>&=\0-\u001F]|[^\0-\u007F]/gu, (letter) => {
		if (letter > "\u007F" && isPrintable(letter)) return letter;
		return JS[letter] ?? `\\u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
	});
}

/** Go's `urlquery`: a blank is a plus sign. */
export function escapedQuery(text: string): string {
	return encodeURIComponent(text.toWellFormed())
		.replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
		.replaceAll("%20", "+");
}
