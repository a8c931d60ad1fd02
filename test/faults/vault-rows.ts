import type { StateWord } from "../../src/status/mod.ts";
import { type Budget, OPENAI, type Scene } from "./vault-scene.ts";

/**
 * One fault of Vault: what the operator sees while it lasts, and what it may cost with two secrets that are read every
 * 15 seconds. Meanwhile files and child stay as they are, in every row.
 */
export interface Row {
	readonly fault: string;
	readonly state: StateWord;
	/** What the log says of it, once and then at most once a minute. */
	readonly says: RegExp;
	readonly budget: Budget;
	/** The new value is there so long after the end of the fault, at the latest. */
	readonly backWithinMs: number;
	/** @returns ends the fault */
	readonly begin: (scene: Scene) => () => void;
}

/** First tries after 250 ms, 500 ms, 1 s … at random below; then each path on its own once in 30 s on average. */
const BACKING_OFF: Budget = { firstMinute: 30, laterMinutes: 12 };

/** The longest pause of a path. */
const LONGEST_PAUSE_MS = 60_000;

type Fault = Parameters<Scene["vault"]["server"]["faults"]["add"]>[0];
type Rule = Parameters<Scene["vault"]["server"]["faults"]["add"]>[1];

const answered =
	(fault: Fault, rule: Rule = {}) =>
	({ vault }: Scene) =>
		vault.server.faults.add(fault, rule);

const status = (code: number, error: string, headers: Readonly<Record<string, string>> = {}): Fault => ({
	kind: "status",
	status: code,
	body: { errors: [error] },
	headers,
});

interface Outcome {
	readonly state: StateWord;
	readonly says: RegExp;
	readonly budget?: Budget;
	readonly backWithinMs?: number;
}

function row(fault: string, begin: Row["begin"], outcome: Outcome): Row {
	return { fault, begin, budget: BACKING_OFF, backWithinMs: LONGEST_PAUSE_MS, ...outcome };
}

/** What only waits for Vault. */
const stale = (says: RegExp, over: Partial<Outcome> = {}): Outcome => ({ state: "stale", says, ...over });
/** What somebody has to look at. */
const degraded = (says: RegExp, over: Partial<Outcome> = {}): Outcome => ({
	state: "degraded",
	says,
	...over,
});

const READS = { path: "secret/*" };

export const ANSWER_ROWS: readonly Row[] = [
	row(
		"400 to every read",
		answered(status(400, "unsupported"), READS),
		degraded(/^Vault refused .*unsupported \(400\)/),
	),
	row(
		"403 to every read",
		answered(status(403, "permission denied"), READS),
		degraded(/^permission denied on .*\(403\)/),
	),
	row(
		"404 with a reason to every read",
		answered(status(404, "no handler for route"), READS),
		degraded(/^nothing is at .*\(404\)/),
	),
	row(
		"405 to every read",
		answered(status(405, "unsupported operation"), READS),
		degraded(/^Vault refused .*\(405\)/),
	),
	row(
		"412, a replica that lags behind",
		answered(status(412, "required index state not present")),
		stale(/index state not present \(412\)/),
	),
	row(
		"429 without Retry-After",
		answered(status(429, "rate limit quota exceeded")),
		stale(/quota exceeded \(429\)/),
	),
	row(
		"429 with Retry-After: 45",
		answered(status(429, "rate limit quota exceeded", { "Retry-After": "45" })),
		stale(/quota exceeded \(429\)/, { budget: { firstMinute: 6, laterMinutes: 4 }, backWithinMs: 105_000 }),
	),
	row("472, a disaster recovery standby", answered(status(472, "")), stale(/status 472 \(472\)/)),
	row("473, a performance standby", answered(status(473, "")), stale(/status 473 \(473\)/)),
	row("500 to everything", answered(status(500, "internal error")), stale(/internal error \(500\)/)),
	row(
		"500, no active node",
		answered(status(500, "local node not active but active cluster node not found")),
		stale(/active cluster node not found \(500\)/),
	),
	row(
		"502 of a proxy",
		answered({ kind: "html", status: 502 }),
		stale(/does not answer like Vault \(status 502, text\/html/),
	),
	row(
		"503 without a reason",
		answered({ kind: "status", status: 503, body: {} }),
		stale(/status 503 \(503\)/),
	),
	row(
		"503 with Retry-After: 45",
		answered(status(503, "back soon", { "Retry-After": "45" })),
		stale(/back soon \(503\)/, { budget: { firstMinute: 6, laterMinutes: 4 }, backWithinMs: 105_000 }),
	),
	row(
		"a page in place of an answer",
		answered({ kind: "html" }),
		stale(/does not answer like Vault \(status 200, text\/html/),
	),
	row(
		"garbage that says it is JSON",
		answered({ kind: "garbage" }),
		stale(/does not answer like Vault \(status 200, application\/json/),
	),
	row("half an answer", answered({ kind: "half" }), stale(/^Vault is away \(connection (cut|reset)\)/)),
	row("every connection cut", answered({ kind: "cut" }), stale(/^Vault is away \(connection (cut|reset)\)/)),
	row(
		"a redirect to a stranger",
		answered({ kind: "status", status: 307, headers: { Location: `http://127.0.0.1:9/v1/${OPENAI}` } }),
		stale(/redirected to http:\/\/127\.0\.0\.1:9, which is not a configured address/),
	),
];
