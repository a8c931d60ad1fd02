import { JsonNumber, type Redactor, type Secret } from "../../kernel/mod.ts";
import type { Finding } from "../../secrets/mod.ts";

/** How many versions of a secret stay hidden: the newest, and the one that may still be in use. */
const VERSIONS_HIDDEN = 2;

/** Of how many secrets that nobody asks for any more: a generation that holds them may come back. */
const DROPPED_HIDDEN = 8;

interface Hidden {
	readonly print: string;
	readonly release: () => void;
}

/** Keeps the redactor informed of every secret that the process holds. */
export class SecretGuard {
	readonly #redactor: Redactor;
	readonly #held = new Map<string, Hidden[]>();
	readonly #dropped: (readonly Hidden[])[] = [];
	readonly #credentials = new Set<string>();

	constructor(redactor: Redactor) {
		this.#redactor = redactor;
	}

	/** A role id, secret id or token that was configured: hidden as long as the process lives. */
	credential(credential: Secret): void {
		const value = credential.reveal();
		if (this.#credentials.has(value)) return;
		this.#credentials.add(value);
		this.#redactor.hide(value);
	}

	/** A token that was given to us. @returns forgets it */
	token(token: Secret): () => void {
		return this.#redactor.hide(token.reveal());
	}

	/** What was read under a key. Lists hold names, which are no secrets. */
	found(key: string, finding: Finding): void {
		if (finding.kind === "absent" || finding.view.kind === "list") return;
		const held = this.#held.get(key) ?? [];
		const { fields, auth } = finding.view;
		const token = auth?.["client_token"];
		const hidden = token === undefined ? fields : { ...fields, token };
		const print = JSON.stringify(hidden);
		if (held.at(-1)?.print === print) return;
		const releases = [...texts(hidden)].map((text) => this.#redactor.hide(text));
		held.push({ print, release: () => releases.forEach((release) => release()) });
		while (held.length > VERSIONS_HIDDEN) held.shift()?.release();
		this.#held.set(key, held);
	}

	/** Nobody asks for it any more: a template that computes its paths may go through many. */
	dropped(key: string): void {
		const held = this.#held.get(key);
		if (held === undefined) return;
		this.#held.delete(key);
		this.#dropped.push(held);
		if (this.#dropped.length > DROPPED_HIDDEN) this.#dropped.shift()?.forEach(({ release }) => release());
	}
}

function* texts(value: unknown): Generator<string> {
	if (typeof value === "string") yield value;
	else if (typeof value === "number") yield String(value);
	else if (value instanceof JsonNumber) yield value.source;
	else if (typeof value === "object" && value !== null)
		for (const item of Object.values(value)) yield* texts(item);
}
