/** The tables of docs/operations.md that follow from the source. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT_CODES } from "../src/cli/exit-codes.ts";
import { FORWARDED_SIGNALS, meaningOf, type SignalMeaning } from "../src/child/signals.ts";
import { ExitCode } from "../src/kernel/mod.ts";
import { GAUGES } from "../src/status/gauges.ts";
import { COUNTERS, HISTOGRAMS } from "../src/status/metric-table.ts";
import { type ListenerPorts, routesTo } from "../src/status/routes.ts";
import { ERROR_TABLE } from "./error-table.ts";
import { EVENT_TABLE, ROUTE_TABLE, VARIABLE_TABLE } from "./operation-tables.ts";

const ROOT = join(import.meta.dirname, "..");

/** What each `<!-- table NAME -->` … `<!-- /table -->` is filled with. */
const TABLES: Readonly<Record<string, () => string>> = {
	exits: () =>
		table(
			["code", "meaning"],
			[...EXIT_CODES].map(([code, meaning]) => [String(code), meaning]),
		),
	signals: signalTable,
	errors: errorTable,
	metrics: metricTable,
	events: eventTable,
	routes: routeTable,
	variables: variableTable,
};

/** @throws RangeError for a table that is not known, and when a hand-written row and the source differ */
export function withOperationTables(page: string): string {
	return page.replaceAll(/(?<=<!-- table (\w+) -->\n)[^]*?(?=<!-- \/table -->)/g, (_old, name: string) => {
		const write = TABLES[name];
		if (write === undefined) throw new RangeError(`docs/operations.md: there is no table ${name}`);
		return write();
	});
}

/** What becomes of a signal where there is a child. */
const SIGNAL_WORDS: Readonly<Record<SignalMeaning, string>> = {
	stop: "the child gets its `stop_signal`, in rolling once answers under way have ended or `drain_timeout` is over; after `stop_timeout` its group is killed; the agent ends with its code",
	interrupt: "passed to the child's group; when the child ends, so does the agent",
	suspend: "the child's group is stopped, then the agent",
	group: "passed to the child's group",
	program: "passed to the child's first process alone",
};

function signalTable(): string {
	const rows = FORWARDED_SIGNALS.map((name) => [`\`${name}\``, SIGNAL_WORDS[meaningOf(name)]]);
	return table(["signal", "with a child"], rows);
}

function errorTable(): string {
	const found = new Map<string, Set<number>>();
	for (const text of sources()) {
		for (const { codes, exit } of errorsIn(text))
			for (const code of codes) found.set(code, (found.get(code) ?? new Set()).add(exit));
	}
	compare("dev/error-table.ts", Object.keys(ERROR_TABLE), found.keys());
	const rows = Object.entries(ERROR_TABLE).map(([code, { means, remedy, exit }]) => {
		const exits = [...(found.get(code) ?? [])].toSorted((a, b) => a - b).join(", ");
		return [`\`${code}\``, exit ?? exits, means, remedy];
	});
	return table(["code", "exit", "means", "do"], rows);
}

/** Every `code: …` with the exit code that stands beside it; an error without one ends with 1. */
function errorsIn(text: string): { readonly codes: readonly string[]; readonly exit: number }[] {
	const lines = text.split("\n");
	return lines.flatMap((line, index) => {
		const codes = line.match(/\bcode: .*"E_/) ? (line.match(/E_[A-Z_]+/g) ?? []) : [];
		const near = lines.slice(Math.max(0, index - 1), index + 4).join("\n");
		const name = /exitCode: .*?ExitCode\.(\w+)/.exec(near)?.[1] ?? "failed";
		const isExit = (word: string): word is keyof typeof ExitCode => word in ExitCode;
		if (codes.length > 0 && !isExit(name)) throw new RangeError(`${codes.join(", ")}: no exit code ${name}`);
		return codes.length > 0 && isExit(name) ? [{ codes, exit: ExitCode[name] }] : [];
	});
}

function metricTable(): string {
	const counted = Object.entries(COUNTERS).map(([name, metric]) => ({ name, type: "counter", ...metric }));
	const timed = Object.entries(HISTOGRAMS).map(([name, metric]) => ({
		name,
		type: "histogram",
		labels: [],
		...metric,
	}));
	const asked = Object.entries(GAUGES).map(([name, metric]) => {
		return { name, type: metric.isCounter ? "counter" : "gauge", ...metric };
	});
	const rows = [...counted, ...timed, ...asked].map(({ name, type, labels, help }) => [
		`\`${name}\``,
		type,
		labels.map((label) => `\`${label}\``).join(", "),
		help,
	]);
	return table(["metric", "type", "labels", "meaning"], rows);
}

function eventTable(): string {
	const found = new Map<string, Set<string>>();
	for (const text of sources()) {
		for (const [, level, event = ""] of text.matchAll(/[lL]og\??\.write\(\s*(?:"(\w+)"|\w+),\s*"([^"]+)"/g)) {
			const levels = found.get(event) ?? new Set();
			found.set(event, level === undefined ? levels : levels.add(level));
		}
	}
	compare("EVENT_TABLE", Object.keys(EVENT_TABLE), found.keys());
	const order = ["trace", "debug", "info", "warn", "error"];
	const rows = Object.entries(EVENT_TABLE).map(([event, { when, levels = [] }]) => {
		const all = new Set([...levels, ...(found.get(event) ?? [])]);
		return [`\`${event}\``, order.filter((level) => all.has(level)).join(", "), when];
	});
	return table(["event", "level", "when"], rows);
}

function routeTable(): string {
	const nothing = () => undefined;
	const ports = { report: nothing, metrics: nothing, isAlive: nothing, refresh: nothing, quit: nothing };
	const routes = routesTo(ports as unknown as ListenerPorts);
	compare("ROUTE_TABLE", Object.keys(ROUTE_TABLE), routes.keys());
	const rows = [...routes].map(([path, { method, isOpen }]) => [
		`\`${method} ${path}\``,
		isOpen ? "everybody who can reach the address" : "this machine; elsewhere the token or a certificate",
		ROUTE_TABLE[path] ?? "",
	]);
	return table(["route", "answered to", "says or does"], rows);
}

function variableTable(): string {
	const found = sources().flatMap((text) =>
		Array.from(
			text.matchAll(/\benv(?:\["|\.)([A-Z_]+)|"(AGENT_[A-Z_]+)"/g),
			([, name, other]) => name ?? other ?? "",
		),
	);
	compare("VARIABLE_TABLE", Object.keys(VARIABLE_TABLE), found);
	const rows = Object.entries(VARIABLE_TABLE).map(([name, meaning]) => [`\`${name}\``, meaning]);
	return table(["variable", "meaning"], rows);
}

/** Texts of the program, tests left out. */
function sources(): readonly string[] {
	const files = globSync(["src/**/*.ts", "bin/*.cjs"], { cwd: ROOT }).toSorted();
	return files
		.filter((file) => !file.endsWith(".test.ts"))
		.map((file) => readFileSync(join(ROOT, file), "utf8"));
}

function compare(where: string, written: Iterable<string>, found: Iterable<string>): void {
	const [rows, names] = [new Set(written), new Set(found)];
	const lacks = [...names].filter((name) => !rows.has(name));
	const rest = [...rows].filter((name) => !names.has(name));
	if (lacks.length > 0) throw new RangeError(`docs/operations.md: ${where} lacks ${lacks.join(", ")}`);
	if (rest.length > 0) throw new RangeError(`docs/operations.md: ${where} has ${rest.join(", ")} too many`);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]) =>
		`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
	return `${line(heads)}|${heads.map(() => "---").join("|")}|\n${rows.map(line).join("")}`;
}
