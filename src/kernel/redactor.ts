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
	readonly #publicTexts = new Set<string>();
	#pattern: RegExp | undefined;

	/** From now on the value is hidden, until the returned function has been called. */
	hide(value: string): () => void {
		const forms = hiddenForms(value);
		for (const form of forms) this.#count(form, 1);
		return () => {
			for (const form of forms.splice(0)) this.#count(form, -1);
		};
	}

	/** Texts that the operator wrote in the open (paths, addresses): their words are not hidden. */
	expose(texts: Iterable<string>): void {
		for (const text of texts) this.#publicTexts.add(text);
		this.#pattern = undefined;
	}

	/** The text without any live secret in it. */
	clean(text: string): string {
		this.#pattern ??= this.#compile();
		return text.replace(this.#pattern, REDACTED);
	}

	#count(form: string, step: 1 | -1): void {
		const count = (this.#live.get(form) ?? 0) + step;
		if (count > 0) this.#live.set(form, count);
		else this.#live.delete(form);
		this.#pattern = undefined;
	}

	#compile(): RegExp {
		const isPublic = (form: string) => this.#publicTexts.values().some((text) => text.includes(form));
		const forms = [...this.#live.keys()]
			.filter((form) => !isPublic(form))
			.toSorted((a, b) => b.length - a.length) // a secret that contains another goes first
			.map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")); // RegExp.escape came with Node 24
		return forms.length === 0 ? /(?!)/g : new RegExp(forms.join("|"), "g");
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
	if (value.length >= SHORTEST) forms.add(Buffer.from(value).toString("base64").replace(/=+$/, ""));
	return [...forms];
}
