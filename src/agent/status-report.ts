import type { TokenSession } from "../auth/mod.ts";
import type { AgentError, Clock } from "../kernel/mod.ts";
import type { SecretStore } from "../secrets/mod.ts";
import type {
	FaultReport,
	FileReport,
	MissingReport,
	ReloadReport,
	StatusReport,
	TokenReport,
	UnitStateWord,
	VariableReport,
} from "../status/mod.ts";
import type { Agent } from "./agent.ts";
import type { Standing } from "./book.ts";
import { childReport, type ChildSources } from "./child-report.ts";
import { noteLine } from "./notes.ts";
import { secretReport } from "./secret-report.ts";
import { stateWord } from "./state-word.ts";

/** Everybody who knows something of the state. */
export interface StatusSources {
	readonly version: string;
	readonly clock: Clock;
	readonly agent: Pick<Agent, "standing">;
	readonly store: Pick<SecretStore, "entries">;
	readonly session: Pick<TokenSession, "standing" | "sinks">;
	/** Absent without a child. */
	readonly child?: ChildSources;
	/** The config as it was last read anew. */
	readonly reload?: { readonly at: number; readonly error?: AgentError };
	readonly isStopping: boolean;
	/** Takes live secrets out of a text: an error may quote what a server said, a path may be computed. */
	readonly clean: (text: string) => string;
}

/** What is known now. No text that was rendered and no value has a way into it. */
export function statusReport(sources: StatusSources): StatusReport {
	const { version, agent, store, clock, clean } = sources;
	const now = clock.now();
	const standing = agent.standing;
	const { generation, deliveredAt, deliveryFailure, notifications } = standing;
	const { lastFailure: failure, outstanding } = notifications;
	const fault = (error: AgentError): FaultReport => ({ code: error.code, message: clean(error.message) });
	const view: View = { sources, fault, now, standing };
	const known = {
		token: tokenReport(view),
		secrets: store.entries().map((entry) => secretReport(entry, { now, date: clock.date(), clean, fault })),
		files: standing.units.flatMap((unit) => fileReport(unit, view)),
		variables: standing.units.flatMap((unit) => variableReport(unit, view)),
		...(sources.child && { child: childReport(sources.child, moment(standing, now)) }),
		...(deliveryFailure && { delivery_error: fault(deliveryFailure) }),
		notifications: { outstanding, ...(failure && { last_error: fault(failure) }) },
		...(sources.reload && { last_reload: reloadReport(sources.reload, view) }),
	};
	const missing = missingOf(known);
	return {
		version,
		state: isEnding(sources) ? "stopping" : stateWord(known, errorsIn(store), standing),
		ready: missing.length === 0 && generation > 0,
		missing,
		generation: {
			number: generation,
			...(deliveredAt !== undefined && { age_seconds: (now - deliveredAt) / 1000 }),
			...(standing.isRejected && { rejected: true as const }),
		},
		...known,
	};
}

function moment({ rejectedGeneration: rejected }: Agent["standing"], now: number) {
	return { now, ...(rejected !== undefined && { rejected }) };
}

/** What stands by itself; the rest of a report follows from it. */
export type Known = Omit<StatusReport, "version" | "state" | "ready" | "missing" | "generation">;

/** Told to end, or its child is on the way out for good. */
function isEnding({ isStopping, child }: StatusSources): boolean {
	const state = child?.supervisor.state;
	return isStopping || state?.kind === "exited" || (state?.kind === "stopping" && state.why === "stop");
}

function errorsIn(store: StatusSources["store"]): readonly AgentError[] {
	return store.entries().flatMap(({ error }) => (error === undefined ? [] : [error]));
}

interface View {
	readonly sources: StatusSources;
	readonly fault: (error: AgentError) => FaultReport;
	readonly now: number;
	readonly standing: Agent["standing"];
}

function tokenReport({ sources, now, fault }: View): TokenReport {
	const { method, accessor = "", endsAt, renewedAt } = sources.session.standing;
	const sinks = sources.session.sinks.map(({ path, error }) => ({
		path,
		...(error && { last_error: fault(error) }),
	}));
	if (endsAt === undefined || renewedAt === undefined) return { valid: false, method };
	return {
		valid: endsAt > now,
		method,
		...(accessor !== "" && { accessor }),
		...(Number.isFinite(endsAt) && { ttl_seconds: Math.max(0, endsAt - now) / 1000 }),
		renewed_seconds_ago: (now - renewedAt) / 1000,
		...(sinks.length > 0 && { sinks }),
	};
}

function fileReport(standing: Standing, view: View): readonly FileReport[] {
	const { unit, error } = standing;
	if (unit.kind !== "file") return [];
	const isRejected = view.standing.rejectedFiles.includes(unit.destination);
	return [
		{
			destination: unit.destination,
			mode: unit.mode.toString(8).padStart(4, "0"),
			required: unit.required,
			state: unitState(standing, isRejected, view.standing.generation === 0),
			...(error && { last_error: view.fault(error) }),
			...notesIn(standing, view),
		},
	];
}

function variableReport(standing: Standing, view: View): readonly VariableReport[] {
	const { unit, error, variables } = standing;
	if (unit.kind !== "variable") return [];
	const { rejectedVariables, unservedVariables, generation } = view.standing;
	const isRejected = variables.some((name) => rejectedVariables.includes(name));
	const isUnserved = variables.some((name) => unservedVariables.has(name));
	const state = unitState(standing, isRejected, generation === 0);
	return [
		{
			name: unit.name,
			required: unit.required,
			state: state === "current" && isUnserved ? "pending" : state,
			...(error && { last_error: view.fault(error) }),
			...notesIn(standing, view),
		},
	];
}

function notesIn({ notes }: Standing, { sources }: View): Pick<FileReport, "notes"> {
	return notes.length === 0 ? {} : { notes: notes.map((note) => sources.clean(noteLine(note).msg)) };
}

function unitState(standing: Standing, isRejected: boolean, isFirst: boolean): UnitStateWord {
	if (standing.isRemoved) return "removed";
	if (!standing.isRendered || isFirst) return "missing";
	if (isRejected) return "rejected";
	return standing.error === undefined ? "current" : "kept";
}

function reloadReport({ at, error }: NonNullable<StatusSources["reload"]>, view: View): ReloadReport {
	const age = { seconds_ago: (view.now - at) / 1000 };
	return error === undefined
		? { result: "done", ...age }
		: { result: "failed", ...age, error: view.fault(error) };
}

function missingOf({
	token,
	files,
	variables,
	child,
	delivery_error: failure,
}: Known): readonly MissingReport[] {
	const coded = (error: FaultReport | undefined) => (error === undefined ? {} : { code: error.code });
	const isLacking = ({ required, state }: FileReport | VariableReport) => required && state === "missing";
	return [
		...(token.valid ? [] : [{ what: "token" } as const]),
		...files.filter(isLacking).map(({ destination: name, last_error: error }) => {
			return { what: "file", name, ...coded(error) } as const;
		}),
		...variables.filter(isLacking).map(({ name, last_error: error }) => {
			return { what: "variable", name, ...coded(error) } as const;
		}),
		...(failure === undefined ? [] : [{ what: "delivery", code: failure.code } as const]),
		...(child === undefined || child.state === "up"
			? []
			: [{ what: "child", name: child.command, code: child.state } as const]),
	];
}
