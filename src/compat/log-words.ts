/** Words of another program, and what they are called here. */
export type Words = Readonly<Record<string, string>>;

/** What Vault Agent calls the levels of its log. */
export const AGENT_LEVELS: Words = {
	trace: "trace",
	debug: "debug",
	info: "info",
	notice: "info",
	warn: "warn",
	warning: "warn",
	err: "error",
	error: "error",
};

/** What it calls the forms of a line. */
export const AGENT_FORMATS: Words = { standard: "pretty", json: "json" };

/** What a word is called here, in whatever case it is written; nothing for one that is not among them. */
export function ownWord(written: string, words: Words): string | undefined {
	const word = written.trim().toLowerCase();
	return Object.hasOwn(words, word) ? words[word] : undefined;
}
