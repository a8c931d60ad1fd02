import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "./mod.ts";

test.each([
	["500ms", 500],
	["30s", 30_000],
	["5m", 300_000],
	["24h", 86_400_000],
	["1h30m", 5_400_000],
	["1.5h", 5_400_000],
	["90", 90_000],
	["0", 0],
	[15, 15_000],
	[0.25, 250],
])("parseDuration() reads %j", (value, ms) => {
	expect(parseDuration(value)).toBe(ms);
});

test.each([
	"",
	" ",
	"s",
	"30 s",
	"30S",
	"-5s",
	"1d",
	"5m!",
	"x5m",
	"1e3",
	"9".repeat(400),
	`${"9".repeat(400)}s`,
	-1,
	Number.NaN,
	Number.POSITIVE_INFINITY,
])("parseDuration() refuses %j", (value) => {
	expect(parseDuration(value)).toBeUndefined();
});

test.each([
	[0, "0 ms"],
	[340.4, "340 ms"],
	[3100, "3.1 s"],
	[3000, "3 s"],
	[41 * 60_000, "41m"],
	[3_599_999, "1h"],
	[125 * 60_000, "2h 5m"],
])("formatDuration() writes %d as %s", (ms, text) => {
	expect(formatDuration(ms)).toBe(text);
});
