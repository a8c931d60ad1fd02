import type { AgentLog } from "./agent-log.ts";
import type { Measures } from "./measures.ts";

interface Moment {
	readonly at: number;
	readonly what: string;
}

/** What has happened so far, in order; the agent's part as its log says it. */
export function moments(measures: Measures, log: AgentLog, newKey: string): Moment[] {
	const { startedAt, rotatedAt, seenAt, servedAt, samples } = measures;
	const ofChild = (kind: string, generation: number) =>
		log.find("child", (line) => line["kind"] === kind && line["generation"] === generation)?.at;
	const failures = samples.filter(({ key }) => key === undefined).map(({ endedAt }) => endedAt);
	const all: readonly (readonly [at: number | undefined, what: string])[] = [
		[startedAt, "requests flow"],
		[rotatedAt, "the key is rotated in the server"],
		[seenAt, "the agent has seen it"],
		[ofChild("started", 2), "a new gateway is started beside the old one"],
		[ofChild("ready", 2), "it is ready, and gets every request from now on"],
		[failures.length > 0 ? Math.min(...failures) : undefined, "the first request failed"],
		[servedAt, `key ${newKey} is served`],
		[ofChild("exited", 1), "the old gateway has answered what it had, and ends"],
	];
	return all
		.flatMap(([at, what]) => (at === undefined ? [] : [{ at, what }]))
		.toSorted((a, b) => a.at - b.at);
}
