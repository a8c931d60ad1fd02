import { expect, test } from "vitest";
import { type RequestEntry, RequestLog, safePath } from "./request-log.ts";

const entry = (over: Partial<RequestEntry> = {}): RequestEntry => ({
	method: "GET",
	path: "secret/data/a",
	status: 200,
	at: 0,
	namespace: "",
	accessor: "",
	...over,
});

test("safePath() keeps what steers a read and drops everything else", () => {
	const query = new URLSearchParams("version=3&token=hvs.abcdefghijklmnopqrstuvwx&list=true");

	expect(safePath("secret/data/a", query)).toBe("secret/data/a?version=3&list=true");
});

test.each(["hvs.abcdefghijklmnopqrstuvwx", "hvb.AAAAAQJabcdefghijk-_lmnop", "s.abcdefghijklmnopqrstuvwx"])(
	"safePath() masks a token in the path: %s",
	(token) => {
		expect(safePath(`auth/token/lookup/${token}`, new URLSearchParams())).toBe("auth/token/lookup/[token]");
	},
);

test("count() filters by method, path and status", () => {
	const log = new RequestLog();
	for (const over of [{}, { method: "PUT" }, { path: "sys/health" }, { status: 403 }]) log.add(entry(over));

	const counts = [{}, { method: "GET" }, { path: /^secret/ }, { path: "sys/health" }, { status: 403 }].map(
		(filter) => log.count(filter),
	);

	expect(counts).toEqual([4, 3, 3, 1, 1]);
});

test("add() forgets the oldest and keeps the total", () => {
	const log = new RequestLog();

	for (let at = 0; at < 10_001; at++) log.add(entry({ at }));

	expect([log.total, log.entries.length, log.entries[0]?.at]).toEqual([10_001, 10_000, 1]);
});

test("reset() begins anew", () => {
	const log = new RequestLog();
	log.add(entry());

	log.reset();

	expect([log.total, log.entries]).toEqual([0, []]);
});
