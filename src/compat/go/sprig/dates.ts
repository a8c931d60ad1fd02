import type { GoFunctions } from "../functions/function.ts";
import { GoInteger, type GoValue } from "../values/values.ts";
import { parseDigits } from "./cast.ts";
import { fixed } from "../functions/define.ts";

const SECOND = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
	ns: 1n,
	us: 1000n,
	µs: 1000n,
	μs: 1000n,
	ms: 1_000_000n,
	s: SECOND,
	m: 60n * SECOND,
	h: 3600n * SECOND,
};

/** What `durationRound` counts in, the longest first. */
const ROUND: readonly (readonly [bigint, string])[] = [
	[365n * 24n * 3600n * SECOND, "y"],
	[30n * 24n * 3600n * SECOND, "mo"],
	[24n * 3600n * SECOND, "d"],
	[3600n * SECOND, "h"],
	[60n * SECOND, "m"],
	[SECOND, "s"],
];

/** Letters; a length of time has a few dozen. What is longer would be read anew from each of its digits. */
const LONGEST_DURATION = 1024;

/** Go's `time.ParseDuration` in nanoseconds, or 0. */
function parseDuration(text: string): bigint {
	if (text.length > LONGEST_DURATION) return 0n;
	if (!/^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h)){1,64})$/.test(text)) return 0n;
	let sum = 0n;
	for (const { groups = {} } of text.matchAll(/(?<whole>\d*)\.?(?<part>\d*)(?<unit>[a-zµμ]+)/g)) {
		const { whole = "", part = "", unit = "" } = groups;
		if (whole.length + part.length > 40) return 0n;
		const size = UNITS[unit] ?? 0n;
		sum += BigInt(whole || "0") * size + (BigInt(part || "0") * size) / 10n ** BigInt(part.length);
	}
	if (sum >= 2n ** 63n) return 0n;
	return text.startsWith("-") ? -sum : sum;
}

/** Seconds as Go prints a duration: `1h2m3s`. */
function spelledSeconds(seconds: bigint): string {
	const span = BigInt.asIntN(64, seconds * SECOND);
	const whole = (span < 0n ? -span : span) / SECOND;
	const [hours, minutes] = [whole / 3600n, (whole / 60n) % 60n];
	const sign = span < 0n ? "-" : "";
	if (hours > 0n) return `${sign}${hours}h${minutes}m${whole % 60n}s`;
	return minutes > 0n ? `${sign}${minutes}m${whole % 60n}s` : `${sign}${whole}s`;
}

/** A text of digits, or an int64; sprig takes nothing else, and gives 0 for it. */
function secondsOf(value: GoValue): bigint {
	if (typeof value === "string") return parseDigits(value, 10);
	return value instanceof GoInteger && value.type === "int64" ? value.value : 0n;
}

function roundedDuration(value: GoValue): string {
	const isCount = value instanceof GoInteger && value.type === "int64";
	const span = isCount ? value.value : typeof value === "string" ? parseDuration(value) : 0n;
	const length = span < 0n ? -span : span;
	const unit = ROUND.find(([size]) => length > size);
	return unit === undefined ? "0s" : `${length / unit[0]}${unit[1]}`;
}

/** Lengths of time (`date.go` of sprig). */
export const DATES: GoFunctions = new Map([
	["sprig_duration", fixed(["any"], (value) => spelledSeconds(secondsOf(value)))],
	["sprig_durationRound", fixed(["any"], roundedDuration)],
]);
