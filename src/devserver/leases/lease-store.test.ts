import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { Core } from "../core.ts";
import type { Namespace } from "../namespaces/namespace.ts";
import { PLAIN_TOKEN, type TokenTerms } from "../tokens/token-entry.ts";
import type { LeaseOrder } from "./lease.ts";

const HOUR = { ttl: 3600, maxTtl: 86_400 };

function setup() {
	const clock = new FakeClock(Date.UTC(2026, 0, 1));
	const core = new Core({ clock, random: randomBytes, rootToken: "root" });
	const { leases, tokens, namespaces } = core;
	const bearer = (terms: Partial<TokenTerms> = {}) =>
		tokens.create({ ...PLAIN_TOKEN, namespace: namespaces.root, ...terms });
	const issue = (order: LeaseOrder, caller = bearer(), namespace: Namespace = namespaces.root) =>
		leases.issue({ fullPath: "db/creds/a", namespace, caller }, order);
	return { clock, core, leases, tokens, bearer, issue };
}

test("lookup() knows a lease until its TTL is over", async () => {
	const { clock, leases, issue } = setup();
	const { lease } = issue(HOUR);

	await clock.advance(3_599_999);
	const before = leases.lookup(lease.id);
	await clock.advance(1);

	expect([before?.id, leases.lookup(lease.id)]).toEqual([lease.id, undefined]);
	expect(lease.id).toMatch(/^db\/creds\/a\/[A-Za-z0-9]{24}$/);
});

test("lookup() knows no lease of a token that is gone, not even when another one got its id", () => {
	const { leases, tokens, bearer, issue } = setup();
	const { lease } = issue(HOUR, bearer({ id: "chosen" }));

	tokens.revoke("chosen");
	bearer({ id: "chosen" });

	expect(leases.lookup(lease.id)).toBeUndefined();
});

test("renew() counts from now, with what the role says by now", async () => {
	const { clock, leases, issue } = setup();
	const role = { ttl: 3600, maxTtl: 86_400 };
	const { lease } = issue({ ...role, renewTerms: () => role });
	role.ttl = 1800;

	await clock.advance(3_000_000);
	leases.renew(lease.id, 0);
	await clock.advance(1_799_999);
	const before = leases.lookup(lease.id);
	await clock.advance(1);

	expect([before?.seconds, leases.lookup(lease.id)]).toEqual([1800, undefined]);
});

test("renew() never goes past the maximum, counted from the issue", async () => {
	const { clock, leases, issue } = setup();
	const terms = { ttl: 3600, maxTtl: 5400 };
	const { lease } = issue({ ...terms, renewTerms: () => terms });

	await clock.advance(3_000_000);
	const { warnings } = leases.renew(lease.id, 0);

	expect(lease.seconds).toBe(2400);
	expect(warnings).toEqual([
		'TTL of "1h" exceeded the effective max_ttl of "40m"; TTL value is capped accordingly',
	]);
});

test("renew() refuses a lease that is not renewable", () => {
	const { leases, issue } = setup();
	const { lease } = issue(HOUR);

	expect(() => leases.renew(lease.id, 0)).toThrow("lease is not renewable");
});

test("renew() never goes past the end of a batch token", async () => {
	const { clock, leases, bearer, issue } = setup();
	const { lease } = issue({ ...HOUR, renewTerms: () => HOUR }, bearer({ type: "batch", ttl: 600 }));

	await clock.advance(200_000);
	leases.renew(lease.id, 3600);

	expect(lease.seconds).toBe(400);
});

test("a namespace has leases of its own, which bear its mark", () => {
	const { core, leases, bearer, issue } = setup();
	const team = core.createNamespace("team/");
	core.namespaces.add(team);
	const inRoot = issue(HOUR).lease.id;
	const inTeam = issue(HOUR, bearer(), team).lease.id;

	leases.revokePrefix(team, "db/");

	expect(inTeam).toMatch(new RegExp(`\\.${team.id}$`));
	expect([leases.ids(team), leases.ids(core.namespaces.root)]).toEqual([[], [inRoot]]);
});
