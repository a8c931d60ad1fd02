import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { Ids } from "../ids.ts";
import { MountTable } from "../mounts.ts";
import { PolicyStore } from "../policies/policy-store.ts";
import { PLAIN_TOKEN, type TokenTerms } from "./token-entry.ts";
import { TokenStore } from "./token-store.ts";

function setup() {
	const clock = new FakeClock(1_000_000);
	const store = new TokenStore(clock, new Ids(randomBytes));
	const namespace = {
		id: "root",
		uuid: "",
		path: "",
		mounts: new MountTable(),
		policies: new PolicyStore(true),
		customMetadata: {},
	};
	const create = (terms: Partial<TokenTerms> = {}) => store.create({ ...PLAIN_TOKEN, namespace, ...terms });
	return { clock, store, create };
}

test("lookup() forgets a token whose TTL is over", async () => {
	const { clock, store, create } = setup();
	const { id } = create({ ttl: 60 });

	await clock.advance(59_999);
	const before = store.lookup(id);
	await clock.advance(1);

	expect([before?.id, store.lookup(id)]).toEqual([id, undefined]);
});

test("lookup() forgets children and grandchildren when a token is revoked", () => {
	const { store, create } = setup();
	const parent = create();
	const child = create({ parent: parent.id });
	const grandchild = create({ parent: child.id });

	store.revoke(parent.id);

	expect([store.lookup(grandchild.id), store.lookup(child.id)]).toEqual([undefined, undefined]);
});

test("revokeOrphan() leaves the children alive", () => {
	const { store, create } = setup();
	const parent = create();
	const child = create({ parent: parent.id });

	store.revokeOrphan(parent.id);

	expect(store.lookup(child.id)?.parent).toBe("");
});

test("use() leaves a spent token unknown to others", () => {
	const { store, create } = setup();
	const entry = create({ numUses: 2 });

	store.use(entry);
	const between = store.lookup(entry.id);
	store.use(entry);

	expect([between?.id, store.lookup(entry.id), entry.numUses]).toEqual([entry.id, undefined, -1]);
});

test("renew() extends by the asked increment, a periodic token by its period", async () => {
	const { clock, store, create } = setup();
	const plain = create({ ttl: 60, renewable: true });
	const periodic = create({ ttl: 30, period: 30, renewable: true });

	await clock.advance(20_000);
	store.renew(plain, 120);
	store.renew(periodic, 120);

	expect([plain.expiresAt, periodic.expiresAt]).toEqual([1_000_000 + 140_000, 1_000_000 + 50_000]);
});

test("renew() cuts at the explicit maximum and warns", async () => {
	const { clock, store, create } = setup();
	const entry = create({ ttl: 60, explicitMaxTtl: 100, renewable: true });

	await clock.advance(50_000);
	const warnings = store.renew(entry, 3600);

	expect(entry.leaseSeconds).toBe(50);
	expect(warnings).toEqual([
		'TTL of "1h" exceeded the effective max_ttl of "50s"; TTL value is capped accordingly',
	]);
});

test("renew() refuses batch tokens and those that are not renewable", () => {
	const { store, create } = setup();

	expect(() => store.renew(create({ type: "batch", ttl: 60 }), 0)).toThrow("batch tokens cannot be renewed");
	expect(() => store.renew(create({ ttl: 60 }), 0)).toThrow("lease is not renewable");
});

test("lookupAccessor() finds by accessor and never a batch token", () => {
	const { store, create } = setup();
	const entry = create();
	create({ type: "batch", ttl: 60 });

	expect([store.lookupAccessor(entry.accessor)?.id, store.lookupAccessor("")]).toEqual([entry.id, undefined]);
});
