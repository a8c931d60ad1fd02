import type { Secret } from "../../src/kernel/mod.ts";
import type { Lease, LeaseCalls } from "../../src/secrets/mod.ts";

type Renewal = Awaited<ReturnType<LeaseCalls["renew"]>>;

/** Vault's side of leases, as the test says: they are renewed for their whole term until told otherwise. */
export class FakeLeases implements LeaseCalls {
	readonly renewals: string[] = [];
	readonly revocations: string[] = [];
	lookAt = Number.POSITIVE_INFINITY;
	onRenew: (lease: Lease) => Renewal = ({ termMs }) => ({ durationMs: termMs, renewable: true });
	onRevoke: (lease: Lease) => void = () => {};
	onLook: () => void = () => {};
	endOf: (holder: Secret) => number = () => Number.POSITIVE_INFINITY;

	async renew(lease: Lease): Promise<Renewal> {
		this.renewals.push(lease.id);
		return await Promise.resolve(this.onRenew(lease));
	}

	async revoke(lease: Lease): Promise<void> {
		this.revocations.push(lease.id);
		await Promise.resolve();
		this.onRevoke(lease);
	}

	async look(): Promise<void> {
		this.onLook();
		await Promise.resolve();
	}
}
