import type { RequestCounts } from "./agent-log.ts";
import { grouped, type Measures, seconds, tally } from "./measures.ts";

/** What it comes down to, in numbers that were measured just now. */
export function summary(measures: Measures, requests: RequestCounts): string[] {
	const { rotatedAt = Number.NaN, seenAt = Number.NaN, servedAt = Number.NaN } = measures;
	const { total, logins, reads } = requests;
	const others = total - logins - reads;
	const kinds = [plural(logins, "login"), plural(reads, "read"), ...(others > 0 ? [`${others} other`] : [])];
	return [
		"",
		handOver(measures),
		`  rotation seen after ${seconds(seenAt - rotatedAt)}, new key served after ${seconds(servedAt - rotatedAt)}`,
		`  ${plural(total, "request")} to Vault: ${kinds.join(", ")}`,
	];
}

/** What the clients noticed. */
function handOver({ samples }: Measures): string {
	const { failed, longestGapMs } = tally(samples);
	const count = failed === 0 ? "no request failed" : `${plural(failed, "request")} failed`;
	return `  rolling hand-over; ${count}, longest time without an answer ${seconds(longestGapMs, 2)}`;
}

function plural(count: number, noun: string): string {
	return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}
