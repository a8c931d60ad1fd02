import type { Secret } from "../kernel/mod.ts";
import type { TokenGrant } from "./auth-method.ts";

/** A token in use. */
export interface Held {
	readonly grant: TokenGrant;
	/** When it ends, in milliseconds since the epoch. */
	readonly endsAt: number;
	/** When Vault gave or renewed it. */
	readonly renewedAt: number;
	/** Near its maximum, or Vault forbids the renewal: the next step is a fresh login. */
	readonly isFinal: boolean;
	/** Stops hiding it in what is printed. */
	readonly forget: () => void;
}

/** A token that Vault has just given, or spoken of. */
export function newlyHeld(grant: TokenGrant, now: number, forget: () => void): Held {
	const endsAt = grant.ttlMs > 0 ? now + grant.ttlMs : Number.POSITIVE_INFINITY;
	return { grant, endsAt, renewedAt: now, isFinal: false, forget };
}

/** The token in use, and how long those before it live. */
export class HeldToken {
	#held: Held | undefined;
	/** 0 for one that turned out dead. */
	readonly #ends = new WeakMap<Secret, number>();
	#wake = Promise.withResolvers<void>();

	get current(): Held | undefined {
		return this.#held;
	}

	/** What a status report says of it. */
	get standing() {
		if (this.#held === undefined) return {};
		const { grant, endsAt, renewedAt } = this.#held;
		return { accessor: grant.accessor, endsAt, renewedAt };
	}

	/** Resolves when another token is held, or the same one with another end. */
	get change(): Promise<void> {
		return this.#wake.promise;
	}

	hold(held: Held): void {
		this.#held = held;
		this.#ends.set(held.grant.token, held.endsAt);
		this.#wake.resolve();
		this.#wake = Promise.withResolvers<void>();
	}

	/** Holds nothing any more; what was held lives on. */
	release(): Held | undefined {
		const held = this.#held;
		this.#held = undefined;
		return held;
	}

	/** The token is dead. */
	drop(held: Held): void {
		this.#ends.set(held.grant.token, 0);
		if (this.#held === held) this.#held = undefined;
	}

	/** When a token ends, in milliseconds since the epoch; 0 for one that is dead or was never held. */
	endOf(token: Secret): number {
		return this.#ends.get(token) ?? 0;
	}
}
