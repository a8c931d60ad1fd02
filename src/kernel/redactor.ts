/** What stands in a text where a secret stood. */
export const REDACTED = "[redacted]";

/** A value shorter than this is no secret worth the name, and hiding it would blank out ordinary words. */
const SHORTEST = 4;

/**
 * Hides every live secret, by value, in whatever is about to leave the process.
 *
 * Nothing prints secrets on purpose; this is the net below: a server that echoes a token in an
 * error text, a path that turns out to contain a key.
 */
export class Redactor {
	readonly #live = new Map<string, number>();
	/**
	 * The live forms by their first letters, and those by their length, so that a text is walked through once, however
	 * many there are: a hundred thousand that begin alike fit into one secret.
	 */
	readonly #byStart = new Map<string, Map<number, Set<string>>>();
	readonly #publicTexts = new Set<string>();

	/** From now on the value is hidden, until the returned function has been called. */
	hide(value: string): () => void {
		const forms = hiddenForms(value);
		for (const form of forms) this.#add(form);
		return () => {
			for (const form of forms.splice(0)) this.#release(form);
		};
	}

	/** Texts that the operator wrote in the open (paths, addresses): their words are not hidden. */
	expose(texts: Iterable<string>): void {
		for (const text of texts) this.#publicTexts.add(text);
	}

	/** The text without any live secret in it, nor the rest of one that overlaps with another. */
	clean(text: string): string {
		let cleaned = "";
		let end = 0;
		for (let at = 0; at + SHORTEST <= text.length; at++) {
			const length = this.#longestAt(text, at);
			if (length === 0) continue;
			if (at >= end) cleaned += text.slice(end, at) + REDACTED;
			end = Math.max(end, at + length);
		}
		return cleaned + text.slice(end);
	}

	#longestAt(text: string, at: number): number {
		let longest = 0;
		for (const [length, forms] of this.#byStart.get(text.slice(at, at + SHORTEST)) ?? []) {
			if (length <= longest || at + length > text.length) continue;
			const form = text.slice(at, at + length);
			if (forms.has(form) && !this.#isPublic(form)) longest = length;
		}
		return longest;
	}

	#isPublic(form: string): boolean {
		return this.#publicTexts.values().some((text) => text.includes(form));
	}

	#add(form: string): void {
		const count = this.#live.get(form) ?? 0;
		this.#live.set(form, count + 1);
		if (count > 0) return;
		const start = form.slice(0, SHORTEST);
		const byLength = this.#byStart.get(start) ?? new Map<number, Set<string>>();
		this.#byStart.set(start, byLength.set(form.length, (byLength.get(form.length) ?? new Set()).add(form)));
	}

	#release(form: string): void {
		const count = (this.#live.get(form) ?? 0) - 1;
		if (count > 0) {
			this.#live.set(form, count);
			return;
		}
		this.#live.delete(form);
		const start = form.slice(0, SHORTEST);
		const byLength = this.#byStart.get(start);
		const forms = byLength?.get(form.length);
		forms?.delete(form);
		if (forms?.size === 0) byLength?.delete(form.length);
		if (byLength?.size === 0) this.#byStart.delete(start);
	}
}

/** The value as it may turn up: as it is, line by line, and as JSON, URL or base64 text. */
function hiddenForms(value: string): string[] {
	const forms = new Set<string>();
	for (const text of [value, ...value.split(/\r?\n/)]) {
		if (text.length < SHORTEST) continue;
		forms.add(text);
		forms.add(JSON.stringify(text).slice(1, -1));
		forms.add(encodeURIComponent(text.toWellFormed()));
	}
	if (value.length >= SHORTEST) {
		forms.add(Buffer.from(value).toString("base64").replace(/=+$/, ""));
		forms.add(Buffer.from(value).toString("base64url"));
	}
	return [...forms];
}
