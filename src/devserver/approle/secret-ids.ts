import type { Clock } from "../../kernel/mod.ts";
import { listedError } from "../api-error.ts";
import type { Ids } from "../ids.ts";

export interface SecretId {
	readonly accessor: string;
	readonly createdAt: number;
	/** Seconds; 0 for no end. */
	readonly ttl: number;
	/** Uses left; 0 without limit. */
	numUses: number;
	updatedAt: number;
	readonly metadata: Readonly<Record<string, string>>;
}

/** The secret ids of one role. */
export class SecretIds {
	readonly #byValue = new Map<string, SecretId>();

	add(
		value: string,
		terms: Pick<SecretId, "ttl" | "numUses" | "metadata">,
		{ ids, clock }: { ids: Ids; clock: Clock },
	): SecretId {
		if (this.find(value, clock.now()))
			throw listedError(500, "failed to store secret_id: SecretID is already registered");
		const now = clock.now();
		const entry = { ...terms, accessor: ids.uuid(), createdAt: now, updatedAt: now };
		this.#byValue.set(value, entry);
		return entry;
	}

	/** The entry, if it has not expired. */
	find(value: string, now: number): SecretId | undefined {
		const entry = this.#byValue.get(value);
		if (!entry || entry.ttl === 0 || now < entry.createdAt + entry.ttl * 1000) return entry;
		this.#byValue.delete(value);
		return undefined;
	}

	/** Counts a use; the last one removes it. */
	use(value: string, now: number): void {
		const entry = this.#byValue.get(value);
		if (!entry) return;
		if (entry.numUses === 1) this.#byValue.delete(value);
		if (entry.numUses > 1) {
			entry.numUses--;
			entry.updatedAt = now;
		}
	}

	remove(value: string): void {
		this.#byValue.delete(value);
	}

	/** The value that an accessor stands for. */
	valueOf(accessor: string, now: number): string | undefined {
		return [...this.#byValue.keys()].find((value) => this.find(value, now)?.accessor === accessor);
	}

	accessors(now: number): string[] {
		return [...this.#byValue.keys()].flatMap((value) => this.find(value, now)?.accessor ?? []);
	}
}
