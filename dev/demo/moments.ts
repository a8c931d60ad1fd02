import type { AgentLog, LogLine } from "./agent-log.ts";
import type { Measures } from "./measures.ts";

interface Moment {
	readonly at: number;
	readonly what: string;
}

/** What has happened so far, in order; the agent's part as its log says it. */
export function moments(measures: Measures, log: AgentLog, newKey: string): Moment[] {
	const { startedAt, rotatedAt, seenAt, servedAt, samples } = measures;
	const replaced = (line: LogLine) => line["kind"] === "stopping" && line["why"] === "replace";
	const restarted = (line: LogLine) => line["kind"] === "started" && line["generation"] === 2;
	const failures = samples.filter(({ key }) => key === undefined).map(({ endedAt }) => endedAt);
	const all: readonly (readonly [at: number | undefined, what: string])[] = [
		[startedAt, "requests flow"],
		[rotatedAt, "the key is rotated in the server"],
		[seenAt, "the agent has seen it"],
		[log.find("child", replaced)?.at, "the gateway is being stopped"],
		[failures.length > 0 ? Math.min(...failures) : undefined, "the first request failed"],
		[log.find("child", restarted)?.at, "the gateway is started again"],
		[servedAt, `key ${newKey} is served`],
	];
	return all
		.flatMap(([at, what]) => (at === undefined ? [] : [{ at, what }]))
		.toSorted((a, b) => a.at - b.at);
}
