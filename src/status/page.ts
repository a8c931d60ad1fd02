import { createHash } from "node:crypto";
import { formatDuration } from "../kernel/mod.ts";
import type { FaultReport, NextReport, RejectedReport, StatusReport } from "./report.ts";

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #1c2430; }
h1 { font-size: 1.4rem; } h2 { font-size: 1rem; margin: 1.6rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .8rem .25rem 0; vertical-align: top; }
th { font-weight: 600; color: #5b6675; border-bottom: 1px solid #d5dae1; }
td { border-bottom: 1px solid #eef0f3; overflow-wrap: anywhere; }
.word { padding: .1rem .6rem; border-radius: 1rem; background: #e4e8ee; } .ready { background: #d3f0dc; }
.stale, .degraded { background: #ffe6b8; } .error { color: #9a3b00; }
@media (prefers-color-scheme: dark) { body { background: #14181f; color: #dde3ea; } td { border-color: #232a34; } th { border-color: #37414f; color: #98a3b2; }
.word { background: #37414f; } .ready { background: #1d5a33; } .stale, .degraded { background: #6b4a00; } .error { color: #ffb27a; } }
`;

/** Nothing is loaded, nothing is run, and no page may frame this one; the style is known by its hash. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** How often the page is loaded again, in seconds. */
const RELOAD_EVERY_S = 5;

type Row = readonly string[];

/** The status page for people: one document without script. Every text of the report is escaped. */
export function pageOf(report: StatusReport): string {
	const { state, generation, version } = report;
	return [
		`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="${RELOAD_EVERY_S}">`,
		`<meta name="viewport" content="width=device-width"><title>${escape(state)} · keyturn</title><style>${STYLE}</style></head><body>`,
		`<h1>keyturn <span class="word ${escape(state)}">${escape(state)}</span></h1>`,
		`<p>generation ${generation.number}, ${span(generation.age_seconds)} old${generation.rejected ? ", rejected by the child" : ""} · ${escape(tokenLine(report))} · version ${escape(version)}</p>`,
		table("Missing", ["what", "name", "why"], missingRows(report)),
		table("Secrets", ["path", "version", "age", "next read", "state", "last error"], secretRows(report)),
		table("Files", ["file", "mode", "state", "last error"], fileRows(report)),
		table("Variables", ["variable", "state", "last error"], variableRows(report)),
		table("Child", ["command", "pid", "port", "up", "state", "turn-overs", "restarts"], childRows(report)),
		table("Hand-over", ["", "generation", "pid", "since", "still open"], handOverRows(report)),
		table(
			"Public address",
			["address", "connections", "waiting", "accepted", "failed", "cut"],
			frontRows(report),
		),
		table("Faults", ["where", "error"], faultRows(report)),
		"</body></html>\n",
	].join("\n");
}

function tokenLine({ token }: StatusReport): string {
	if (!token.valid) return `no valid token (${token.method})`;
	const left = token.ttl_seconds === undefined ? "does not end" : `${span(token.ttl_seconds)} left`;
	return `token ${left} (${token.method})`;
}

function missingRows({ missing }: StatusReport): readonly Row[] {
	return missing.map(({ what, name = "", code = "" }) => [what, name, code]);
}

function secretRows({ secrets }: StatusReport): readonly Row[] {
	return secrets.map((secret) => [
		secret.path,
		secret.version === undefined ? (secret.kind ?? "") : String(secret.version),
		span(secret.age_seconds),
		span(secret.next_seconds),
		secret.state,
		fault(secret.last_error),
	]);
}

function fileRows({ files }: StatusReport): readonly Row[] {
	return files.map((file) => [file.destination, file.mode, file.state, fault(file.last_error)]);
}

function variableRows({ variables }: StatusReport): readonly Row[] {
	return variables.map(({ name, state, last_error: error }) => [name, state, fault(error)]);
}

function childRows({ child }: StatusReport): readonly Row[] {
	if (child === undefined) return [];
	const { command, pid = "", port = "", up_seconds: up, state, turn_overs: turnOvers, restarts } = child;
	return [[command, String(pid), String(port), span(up), state, String(turnOvers), String(restarts)]];
}

function handOverRows({ child }: StatusReport): readonly Row[] {
	const { next, rejected, draining = [] } = child ?? {};
	return [
		...(next === undefined ? [] : [nextRow(next)]),
		...(rejected === undefined ? [] : [rejectedRow(rejected)]),
		...draining.map(({ generation, pid, draining_seconds: seconds, open }) => {
			return ["draining", String(generation), String(pid), span(seconds), String(open)];
		}),
	];
}

function nextRow({ generation, pid, starting_seconds: seconds, attempt = 1 }: NextReport): Row {
	const words = attempt > 1 ? `getting ready, attempt ${attempt}` : "getting ready";
	return [words, String(generation), String(pid), span(seconds), ""];
}

function rejectedRow({ generation, attempts, last_failure: failure }: RejectedReport): Row {
	const tries = attempts === undefined ? "" : `, tried ${attempts} times`;
	return [`rejected${tries}${failure === undefined ? "" : `: ${failure}`}`, String(generation), "", "", ""];
}

function frontRows({ child }: StatusReport): readonly Row[] {
	if (child?.front === undefined) return [];
	const { address, open, connections, waiting, accepted, failed, cut } = child.front;
	const numbers = [connections, waiting, accepted, failed, cut].map(String);
	return [[open ? address : `${address} (not open yet)`, ...numbers]];
}

function faultRows({
	delivery_error: delivery,
	notifications,
	last_reload: reload,
}: StatusReport): readonly Row[] {
	const faults = [
		["delivery", fault(delivery)],
		["notification", fault(notifications.last_error)],
		["reload", fault(reload?.error)],
	] as const;
	return faults.filter(([, words]) => words !== "");
}

function fault(error: FaultReport | undefined): string {
	return error === undefined ? "" : `${error.message} (${error.code})`;
}

function span(seconds: number | undefined): string {
	return seconds === undefined ? "" : formatDuration(seconds * 1000);
}

function table(title: string, heads: Row, rows: readonly Row[]): string {
	if (rows.length === 0) return "";
	const cells = (row: Row, tag: string) => row.map((text) => `<${tag}>${escape(text)}</${tag}>`).join("");
	const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
	return `<h2>${title}</h2><table><tr>${cells(heads, "th")}</tr>\n${body}</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

function escape(text: string): string {
	return text.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? "");
}
