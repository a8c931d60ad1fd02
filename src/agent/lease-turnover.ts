import type { SecretStore } from "../secrets/mod.ts";
import { type FileUnit, replacesChild, type Unit } from "./spec.ts";

/** Units that have secrets of a lease in their texts, by the lease's id. */
export type LeaseUses = ReadonlyMap<string, readonly Unit[]>;

/** A generation that stands on disk, and who is told of it. */
export interface Delivered {
	readonly generation: number;
	readonly uses: LeaseUses;
	/** Files that are new in it. */
	readonly files: readonly FileUnit[];
	/** The child is started anew, with other variables. */
	readonly variablesChanged: boolean;
}

interface Leaving {
	/** The first generation without it. */
	readonly since: number;
	/** It is used until a child of that generation or a later one stands, and none with an older one runs. */
	readonly needsChild: boolean;
}

/**
 * After a signal, a command or a call nobody can see when the last connection with the old credential has ended; after
 * a restart the one who had it is gone.
 */
const GRACE_MS = 30_000;

/**
 * Decides what becomes of leases that have been replaced: each is kept alive while somebody may live by it, and let go
 * when the turn-over of the generation without it has succeeded.
 */
export class LeaseTurnover {
	readonly #store: Pick<SecretStore, "retired" | "release" | "abandon">;
	#uses: LeaseUses = new Map();
	readonly #leaving = new Map<string, Leaving>();
	/** Used where nobody is told of a change: they run out by themselves. */
	readonly #untold = new Set<string>();
	#childStands = 0;

	constructor(store: Pick<SecretStore, "retired" | "release" | "abandon">) {
		this.#store = store;
	}

	/** What is on disk now, and was told to whom. */
	delivered(now: Delivered): void {
		for (const [id, users] of this.#uses) {
			if (now.uses.has(id)) continue;
			if (users.every((user) => isTold(user, now))) {
				const needsChild = users.some((user) => isForRestart(user, now));
				this.#leaving.set(id, { since: now.generation, needsChild });
			} else this.#untold.add(id);
		}
		this.#uses = now.uses;
	}

	/** A child lives with this generation, and none with an older one. */
	childStands(generation: number): void {
		this.#childStands = Math.max(this.#childStands, generation);
	}

	/** Lets go what nobody can need any more. @param isSettled everybody has been told of the newest generation */
	settle(isSettled: boolean): void {
		const retired = this.#store.retired.map(({ id }) => id);
		this.#forgetAllBut(new Set(retired));
		for (const id of retired) {
			if (this.#uses.has(id)) continue;
			if (this.#untold.delete(id)) {
				this.#store.abandon(id);
				continue;
			}
			const leaving = this.#leaving.get(id);
			if (leaving === undefined) {
				this.#store.release(id); // read, and never delivered
				continue;
			}
			const { since, needsChild } = leaving;
			if (!isSettled || (needsChild && this.#childStands < since)) continue;
			this.#leaving.delete(id);
			this.#store.release(id, needsChild ? 0 : GRACE_MS);
		}
	}

	/** One that has ended by itself is not there to be let go. */
	#forgetAllBut(retired: ReadonlySet<string>): void {
		for (const id of [...this.#leaving.keys(), ...this.#untold]) {
			if (retired.has(id)) continue;
			this.#leaving.delete(id);
			this.#untold.delete(id);
		}
	}
}

function isTold(user: Unit, { files, variablesChanged }: Delivered): boolean {
	if (user.kind === "variable") return variablesChanged;
	const file = files.find(({ destination }) => destination === user.destination);
	return file !== undefined && file.onChange.length > 0;
}

function isForRestart(user: Unit, { files }: Delivered): boolean {
	if (user.kind === "variable") return true;
	return files.some((file) => file.destination === user.destination && file.onChange.some(replacesChild));
}
