import { formatDuration } from "../../kernel/mod.ts";
import type {
	ChildReport,
	FaultReport,
	FrontReport,
	NextReport,
	RejectedReport,
	SecretReport,
	StatusReport,
} from "../../status/mod.ts";
import { counted } from "../counted.ts";

type Row = readonly string[];

/** A report as people read it: a line about the whole, then a table for each kind of thing. */
export function statusText(report: StatusReport): string {
	const { secrets, files, variables, child } = report;
	const tables = [
		[[report.state, generationWords(report), tokenWords(report)]],
		headed(["secret", "version", "age", "next read", "state"], secrets.map(secretRow)),
		headed(
			["file", "mode", "state"],
			files.map((file) => [file.destination, file.mode, withFault(file.state, file.last_error)]),
		),
		headed(
			["variable", "state"],
			variables.map(({ name, state, last_error: error }) => [name, withFault(state, error)]),
		),
		child === undefined ? [] : childRows(child),
		restRows(report),
	];
	return tables.map(aligned).join("");
}

function headed(heads: Row, rows: readonly Row[]): readonly Row[] {
	return rows.length === 0 ? [] : [heads, ...rows];
}

function generationWords({ generation }: StatusReport): string {
	if (generation.number === 0) return "nothing delivered yet";
	const outcome = generation.rejected ? ", rejected by the child" : "";
	return `generation ${generation.number}, ${span(generation.age_seconds)} old${outcome}`;
}

function tokenWords({ token }: StatusReport): string {
	if (!token.valid) return `no valid token (${token.method})`;
	const renewed =
		token.renewed_seconds_ago === undefined ? "" : ` (renewed ${span(token.renewed_seconds_ago)} ago)`;
	return token.ttl_seconds === undefined
		? `token without end${renewed}`
		: `token ${span(token.ttl_seconds)} left${renewed}`;
}

function secretRow(secret: SecretReport): Row {
	const { path, kind = "", version, lease_seconds: lease, state, last_error: error } = secret;
	const next = span(secret.next_seconds);
	const words = lease === undefined ? state : `${state}, ${span(lease)} left`;
	const what = lease === undefined ? (version === undefined ? kind : String(version)) : "lease";
	return [
		path,
		what,
		span(secret.age_seconds),
		lease === undefined ? next : `renew ${next}`,
		withFault(words, error),
	];
}

/** The child and, in rolling, who is to take over from it, who has handed over to it, and the public address. */
function childRows(child: ChildReport): readonly Row[] {
	const { next, rejected, draining = [], front } = child;
	return [
		childRow(child),
		...(next === undefined
			? []
			: [["next", `generation ${next.generation}`, `pid ${next.pid}`, ...nextWords(next)]]),
		...(rejected === undefined ? [] : [rejectedRow(rejected)]),
		...draining.map(({ generation, pid, draining_seconds: seconds, open }) => {
			return ["draining", `generation ${generation}`, `pid ${pid}`, `for ${span(seconds)}`, `${open} open`];
		}),
		...(front === undefined ? [] : [frontRow(front)]),
	];
}

function nextWords({ starting_seconds: seconds, attempt = 1, last_failure: failure }: NextReport): Row {
	const ready = seconds === undefined ? "getting ready" : `getting ready for ${span(seconds)}`;
	if (attempt < 2) return [ready];
	return [ready, failure === undefined ? `attempt ${attempt}` : `attempt ${attempt}, before it: ${failure}`];
}

function rejectedRow({ generation, attempts, last_failure: failure }: RejectedReport): Row {
	const tries = attempts === undefined ? "" : `tried ${attempts === 1 ? "once" : `${attempts} times`}`;
	return ["rejected", `generation ${generation}`, ...[tries, failure ?? ""].filter((words) => words !== "")];
}

function childRow(child: ChildReport): Row {
	const { command, state, pid, port, up_seconds: up, exit_code: code, generation } = child;
	const { turn_overs: turnOvers, restarts } = child;
	const ended = code === undefined ? state : `${state} with ${code}`;
	const running = up === undefined ? ended : `up ${span(up)}`;
	const counts = `${counted(turnOvers, "turn-over")}, ${counted(restarts, "restart")}`;
	return [
		"child",
		command,
		...(pid === undefined ? [] : [`pid ${pid}`]),
		running,
		...(port === undefined ? [] : [`port ${port}`]),
		...(generation === undefined ? [] : [`generation ${generation}`]),
		counts,
	];
}

function frontRow(front: FrontReport): Row {
	const { address, open, connections, waiting, failed, cut, turning_away: turningAway } = front;
	if (!open) return ["front", address, "not open yet"];
	const rare = [
		[waiting, "waiting"],
		[failed, "failed"],
		[cut, "cut"],
	] as const;
	const words = rare.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
	const away = turningAway ? ["turns clients away"] : [];
	return ["front", address, counted(connections, "connection"), ...away, ...words];
}

function restRows({
	files,
	variables,
	token: { sinks = [] },
	delivery_error: delivery,
	notifications,
	last_reload: reload,
}: StatusReport): readonly Row[] {
	const { outstanding, last_error: error } = notifications;
	return [
		...[...files, ...variables].flatMap(({ notes = [] }) => notes.map((note) => ["note", note])),
		...sinks.flatMap(({ path, last_error: fault }) =>
			fault === undefined ? [] : [["sink", path, faultWords(fault)]],
		),
		...(delivery === undefined ? [] : [["delivery", faultWords(delivery)]]),
		...(outstanding === 0 ? [] : [["to tell", withFault(`${outstanding} outstanding`, error)]]),
		...(reload?.error === undefined
			? []
			: faultWords(reload.error)
					.split("\n")
					.map((line, index) =>
						index === 0 ? ["reload", `${span(reload.seconds_ago)} ago: ${line}`] : ["", line],
					)),
	];
}

function withFault(words: string, error: FaultReport | undefined): string {
	return error === undefined ? words : `${words}: ${faultWords(error)}`;
}

function faultWords({ message, code }: FaultReport): string {
	return `${message} (${code})`;
}

function span(seconds: number | undefined): string {
	return seconds === undefined ? "" : formatDuration(seconds * 1000);
}

function aligned(unsafe: readonly Row[]): string {
	// A name may hold what a terminal would take for an order.
	const rows = unsafe.map((row) => row.map((text) => text.replaceAll(/\p{Cc}/gu, " ")));
	const widths: number[] = [];
	for (const row of rows)
		row.forEach((text, column) => (widths[column] = Math.max(widths[column] ?? 0, text.length)));
	const lines = rows.map((row) =>
		row
			.map((text, column) => text.padEnd(widths[column] ?? 0))
			.join("  ")
			.trimEnd(),
	);
	return lines.map((line) => `${line}\n`).join("");
}
