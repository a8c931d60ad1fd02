import type { Clock } from "../../kernel/mod.ts";
import { ApiError } from "../api-error.ts";
import type { EngineRequest } from "../engine.ts";
import type { Ids } from "../ids.ts";
import { markedId, type Namespace } from "../namespaces/namespace.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";
import type { TokenStore } from "../tokens/token-store.ts";
import { calculateTtl, type TtlRequest } from "../ttl.ts";
import type { Grant, Lease, LeaseOrder } from "./lease.ts";

export interface LeaseStoreParts {
	readonly clock: Clock;
	readonly ids: Ids;
	readonly tokens: TokenStore;
}

/** What a lease has to know of the request that made it. */
type Borrowing = Pick<EngineRequest, "fullPath" | "namespace" | "caller">;

/** Every live lease. A lease dies when its time is over and with the token that made it. */
export class LeaseStore {
	readonly #parts: LeaseStoreParts;
	readonly #byId = new Map<string, Lease>();

	constructor(parts: LeaseStoreParts) {
		this.#parts = parts;
	}

	/** @throws ApiError 400 when this was the last use of the token: the lease would be dead before the reply is out */
	issue({ fullPath, namespace, caller }: Borrowing, order: LeaseOrder): Grant {
		if (!caller) throw new ApiError(403, "permission denied");
		if (caller.numUses < 0) {
			const what = "Secret cannot be returned; token had one use left";
			throw new ApiError(400, `${what}, so leased credentials were immediately revoked.`);
		}
		const now = this.#parts.clock.now();
		const { warnings, ...life } = this.#life(order, now, caller);
		const lease: Lease = {
			id: markedId(`${fullPath}/${this.#parts.ids.base62(24)}`, namespace),
			path: fullPath,
			namespace,
			token: caller,
			issuedAt: now,
			renewTerms: order.renewTerms,
			renewedAt: undefined,
			...life,
		};
		for (const id of this.#byId.keys()) this.lookup(id); // nobody may ever ask for those that have ended
		this.#byId.set(lease.id, lease);
		return { lease, warnings };
	}

	/** The lease, if it is alive. */
	lookup(id: string): Lease | undefined {
		const lease = this.#byId.get(id);
		if (!lease) return undefined;
		const { clock, tokens } = this.#parts;
		// the very same token: another one may have been given the id of one that is gone
		const isAlive = clock.now() < lease.expiresAt && tokens.lookup(lease.token.id) === lease.token;
		if (!isAlive) this.#byId.delete(id);
		return isAlive ? lease : undefined;
	}

	/**
	 * @param increment seconds asked for; 0 for the TTL of the role
	 * @throws ApiError 400 when it is gone or not renewable
	 */
	renew(id: string, increment: number): Grant {
		const lease = this.lookup(id);
		if (!lease) throw new ApiError(400, "lease not found");
		if (!lease.renewTerms) throw new ApiError(400, "lease is not renewable");
		const request = { ...lease.renewTerms(), increment };
		const { warnings, ...life } = this.#life(request, lease.issuedAt, lease.token);
		Object.assign(lease, life, { renewedAt: this.#parts.clock.now() });
		return { lease, warnings };
	}

	revoke(id: string): void {
		this.#byId.delete(id);
	}

	/** @param prefix with a slash at its end, or empty for all leases of the namespace */
	revokePrefix(namespace: Namespace, prefix: string): void {
		for (const id of this.ids(namespace)) if (id.startsWith(prefix)) this.revoke(id);
	}

	/** Ids of all live leases of a namespace. */
	ids(namespace: Namespace): string[] {
		const own = [...this.#byId.values()].filter((lease) => lease.namespace === namespace);
		return own.map(({ id }) => id).filter((id) => this.lookup(id) !== undefined);
	}

	/** From now on; a batch token has a fixed end and cuts its leases there. */
	#life(request: TtlRequest, issuedAt: number, token: TokenEntry) {
		const now = this.#parts.clock.now();
		const { seconds, warnings } = calculateTtl(request, issuedAt, now);
		const expiresAt = now + seconds * 1000;
		if (token.type !== "batch" || token.expiresAt === undefined || expiresAt <= token.expiresAt) {
			return { seconds, expiresAt, warnings };
		}
		const left = Math.round((token.expiresAt - now) / 1000);
		return { seconds: left, expiresAt: token.expiresAt, warnings };
	}
}
