import type { Clock } from "../../src/kernel/mod.ts";
import type { VaultReply } from "../../src/vault/mod.ts";
import { type FakeCall, refusal, reply } from "./fake-vault.ts";

/** A credential with a lease, as Vault keeps it. */
export interface Issued {
	readonly id: string;
	readonly user: string;
	readonly token: string;
	readonly at: number;
	/** Milliseconds since the epoch; in the past when it was revoked. */
	endsAt: number;
	isRevoked: boolean;
}

export interface FakeDatabaseOptions {
	readonly ttlMs: number;
	readonly maxMs: number;
	readonly renewable?: boolean;
}

/** Vault's database engine and its leases, in virtual time: `database/creds/NAME`, `sys/leases/renew` and `revoke`. */
export class FakeDatabase {
	readonly issued: Issued[] = [];
	/** Called with each credential that is about to be revoked. */
	onRevoke: (issued: Issued) => void = () => {};
	readonly #clock: Clock;
	readonly #options: FakeDatabaseOptions;

	constructor(clock: Clock, options: FakeDatabaseOptions) {
		this.#clock = clock;
		this.#options = options;
	}

	/** The credentials that work now. */
	get live(): readonly Issued[] {
		return this.issued.filter(({ endsAt }) => endsAt > this.#clock.now());
	}

	/** A token ends, and its leases with it. */
	endToken(token: string): void {
		for (const one of this.live) if (one.token === token) one.endsAt = this.#clock.now();
	}

	answer(call: FakeCall): VaultReply {
		switch (call.path) {
			case "sys/leases/renew":
				return this.#renew(call);
			case "sys/leases/revoke":
				return this.#revoke(call);
			default:
				return this.#issue(call);
		}
	}

	#issue({ path, token }: FakeCall): VaultReply {
		const { ttlMs, maxMs, renewable = true } = this.#options;
		const number = this.issued.length + 1;
		const now = this.#clock.now();
		const [id, user, life] = [`${path}/${number}`, `user-${number}`, Math.min(ttlMs, maxMs)];
		const name = token?.reveal() ?? "";
		this.issued.push({ id, user, token: name, at: now, endsAt: now + life, isRevoked: false });
		const lease = { leaseId: id, leaseDuration: life / 1000, renewable };
		return reply({ data: { username: user, password: `pass-${number}` }, ...lease });
	}

	#renew(call: FakeCall): VaultReply {
		const now = this.#clock.now();
		const one = this.live.find(({ id }) => id === call.body?.["lease_id"]);
		if (one === undefined) throw refusal(call, 400, { words: "lease not found" });
		const wanted = Number(call.body?.["increment"]) * 1000;
		const life = Math.floor(Math.min(wanted, one.at + this.#options.maxMs - now) / 1000) * 1000;
		one.endsAt = now + life;
		return reply({ leaseId: one.id, leaseDuration: life / 1000, renewable: true });
	}

	#revoke(call: FakeCall): VaultReply {
		const one = this.live.find(({ id }) => id === call.body?.["lease_id"]);
		if (one !== undefined) {
			this.onRevoke(one);
			one.isRevoked = true;
			one.endsAt = this.#clock.now();
		}
		return reply({ status: 204 });
	}
}
