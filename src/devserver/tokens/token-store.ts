import type { X509Certificate } from "node:crypto";
import type { Clock } from "../../kernel/mod.ts";
import { ApiError } from "../api-error.ts";
import type { Ids } from "../ids.ts";
import { markedId, type Namespace } from "../namespaces/namespace.ts";
import { calculateTtl } from "../ttl.ts";
import type { TokenEntry, TokenTerms } from "./token-entry.ts";

/** Every live token. A token dies with the one that made it (https://developer.hashicorp.com/vault/docs/concepts/tokens#token-hierarchies-and-orphan-tokens). */
export class TokenStore {
	readonly #clock: Clock;
	readonly #ids: Ids;
	readonly #byId = new Map<string, TokenEntry>();

	constructor(clock: Clock, ids: Ids) {
		this.#clock = clock;
		this.#ids = ids;
	}

	create(terms: TokenTerms): TokenEntry {
		const now = this.#clock.now();
		const isBatch = terms.type === "batch";
		const entry: TokenEntry = {
			...terms,
			id: terms.id ?? markedId(this.#ids.token(terms.type), terms.namespace),
			accessor: isBatch ? "" : markedId(this.#ids.base62(24), terms.namespace),
			createdAt: now,
			maxUses: terms.numUses,
			leaseSeconds: terms.ttl,
			expiresAt:
				terms.ttl > 0 ? (isBatch ? Math.floor(now / 1000) * 1000 : now) + terms.ttl * 1000 : undefined,
			renewedAt: undefined,
		};
		for (const id of this.#byId.keys()) this.lookup(id); // nobody may ever ask for those that have ended
		if (this.lookup(entry.id)) throw new ApiError(400, "cannot create a token with a duplicate ID");
		this.#byId.set(entry.id, entry);
		return entry;
	}

	/** The token, if it is alive: not expired, not used up, and its parent alive. */
	lookup(id: string): TokenEntry | undefined {
		const entry = this.#byId.get(id);
		if (!entry) return undefined;
		const isDead =
			(entry.expiresAt !== undefined && entry.expiresAt <= this.#clock.now()) ||
			(entry.parent !== "" && !this.lookup(entry.parent));
		if (isDead) this.#byId.delete(id);
		return isDead || entry.numUses < 0 ? undefined : entry;
	}

	lookupAccessor(accessor: string): TokenEntry | undefined {
		const entry = [...this.#byId.values()].find((candidate) => candidate.accessor === accessor);
		return entry && accessor !== "" ? this.lookup(entry.id) : undefined;
	}

	/** Accessors of all live service tokens of a namespace. */
	accessors(namespace: Namespace): string[] {
		const own = [...this.#byId.values()].filter((entry) => entry.namespace === namespace);
		const live = own.map(({ id }) => this.lookup(id)?.accessor ?? "");
		return live.filter((accessor) => accessor !== "").toSorted();
	}

	/** Counts one use; the last one leaves the token to be revoked when the request is over. */
	use(entry: TokenEntry): void {
		if (entry.numUses > 0) entry.numUses = entry.numUses === 1 ? -1 : entry.numUses - 1;
	}

	/** Its children are dead from now on, too. */
	revoke(id: string): void {
		this.#byId.delete(id);
	}

	/** Tokens go with their namespace. */
	revokeAll(namespace: Namespace): void {
		for (const entry of this.#byId.values()) if (entry.namespace === namespace) this.revoke(entry.id);
	}

	/** Its children live on, as orphans. */
	revokeOrphan(id: string): void {
		for (const entry of this.#byId.values()) if (entry.parent === id) entry.parent = "";
		this.#byId.delete(id);
	}

	/**
	 * @param increment seconds asked for; 0 for the token's own TTL
	 * @param clientChain what the client has shown in the TLS handshake
	 * @returns warnings about a TTL that was cut; `undefined` when its role lets it run out
	 */
	renew(
		entry: TokenEntry,
		increment: number,
		clientChain: readonly X509Certificate[] = [],
	): string[] | undefined {
		if (entry.type === "batch") throw new ApiError(400, "batch tokens cannot be renewed");
		if (!entry.renewable) throw new ApiError(400, "lease is not renewable");
		const now = this.#clock.now();
		const own = { ttl: entry.leaseSeconds, maxTtl: 0, period: entry.period };
		const life = entry.renewTerms ? entry.renewTerms(clientChain) : own;
		if (!life) return undefined;
		const terms = { ...life, increment, explicitMaxTtl: entry.explicitMaxTtl };
		const { seconds, warnings } = calculateTtl(terms, entry.createdAt, now);
		entry.leaseSeconds = seconds;
		entry.expiresAt = now + seconds * 1000;
		entry.renewedAt = now;
		return warnings;
	}
}
