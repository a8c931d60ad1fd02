import { expect, test } from "vitest";
import { goDuration, humanDuration, rfc3339 } from "./go-time.ts";

test("rfc3339() leaves out trailing zeros of the fraction", () => {
	const moments = [0, 100, 120, 123].map(rfc3339);

	expect(moments).toEqual([
		"1970-01-01T00:00:00Z",
		"1970-01-01T00:00:00.1Z",
		"1970-01-01T00:00:00.12Z",
		"1970-01-01T00:00:00.123Z",
	]);
});

test.each([
	[0, "0s", "0s"],
	[59, "59s", "59s"],
	[90, "1m30s", "1m30s"],
	[600, "10m0s", "10m"],
	[3600, "1h0m0s", "1h"],
	[3660, "1h1m0s", "1h1m"],
	[36_000, "10h0m0s", "10h"],
])("goDuration() and humanDuration() write %d seconds as Go does", (seconds, long, short) => {
	expect([goDuration(seconds), humanDuration(seconds)]).toEqual([long, short]);
});
