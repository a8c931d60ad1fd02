import { expect, test } from "vitest";
import type { Entry } from "../secrets/mod.ts";
import { secretReport } from "./secret-report.ts";

const NOW = 1_000_000;
/** The wall clock was set since the agent started. */
const DATE = Date.UTC(2030, 0, 1);
const context = {
	now: NOW,
	date: DATE,
	clean: (text: string) => text.replace("planted", "[redacted]"),
	fault: ({ code, message }: { code: string; message: string }) => ({ code, message }),
};

const path = "database/creds/planted";
const read = { leaseId: "", leaseDuration: 0, renewable: false, requestId: "r-1", fields: {}, data: {} };
const unread: Entry = {
	request: { kind: "read", path },
	key: path,
	finding: undefined,
	readAt: undefined,
	error: undefined,
	clock: "poll",
	lease: undefined,
	ownDueAt: Number.POSITIVE_INFINITY,
	dueAt: NOW + 30_000,
	attempts: 0,
};
const made: Entry = {
	...unread,
	finding: { kind: "present", view: { path, kind: "plain", ...read } },
	readAt: NOW - 60_000,
};
const lease = {
	id: `${path}/1`,
	path,
	holder: undefined,
	termMs: 120_000,
	renewable: true,
	endsAt: NOW + 45_000,
	renewAt: NOW + 30_000,
	replaceAt: NOW + 40_000,
};

test("a credential is as old as its reading, and says how long its lease lasts", () => {
	expect(secretReport({ ...made, clock: "lease", lease }, context)).toEqual({
		path: "database/creds/[redacted]",
		kind: "lease",
		state: "held",
		age_seconds: 60,
		next_seconds: 30,
		lease_seconds: 45,
	});
});

test("a certificate is as old as its reading; what is polled was read a moment ago, which says nothing", () => {
	const ages = (["expiry", "poll"] as const).map(
		(clock) => secretReport({ ...made, clock }, context).age_seconds,
	);

	expect(ages).toEqual([60, undefined]);
});

test("a version is as old as the time that Vault has given it says, by the wall clock", () => {
	const createdTime = new Date(DATE - 90_000).toISOString();
	const view = { path, kind: "kv2", version: 3, createdTime, ...read } as const;

	expect(secretReport({ ...made, finding: { kind: "present", view } }, context).age_seconds).toBe(90);
});

test("a pinned version is named before it has been read", () => {
	const pinned = { ...unread, request: { ...unread.request, version: 3 } };

	expect(secretReport(pinned, context)).toMatchObject({ version: 3, state: "pending" });
});
