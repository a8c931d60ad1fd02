import { type Held, lookupIn, MOST_PASSES, noteLine, notesOf, type Unit } from "../../agent/mod.ts";
import { AgentError } from "../../kernel/mod.ts";
import {
	type Access,
	type AccessSurvey,
	type Finding,
	requestKey,
	type SecretRequest,
} from "../../secrets/mod.ts";
import type { TemplateInputs } from "../../template/mod.ts";

/** What came of one request. */
export interface Looked {
	readonly request: SecretRequest;
	readonly access: Access;
	readonly outcome:
		| { readonly kind: "read"; readonly finding: Finding }
		| { readonly kind: "failed"; readonly error: AgentError }
		/** The token may not. */
		| { readonly kind: "denied" }
		/** Making the request would or may issue a credential. */
		| { readonly kind: "left alone" };
	/** Templates and variables that ask for it. */
	readonly usedBy: readonly string[];
	/** At least one of them holds the start up. */
	readonly isRequired: boolean;
}

export interface OnlineFindings {
	readonly looked: readonly Looked[];
	/** Units that cannot be rendered from what was read. */
	readonly problems: readonly { readonly unit: Unit; readonly error: AgentError }[];
	/** What is no error of a template and should be known, as lines. */
	readonly notes: readonly string[];
}

type Rendered = Pick<OnlineFindings, "problems" | "notes">;

export interface OnlineDeps {
	readonly survey: Pick<AccessSurvey, "of">;
	readonly read: (request: SecretRequest, signal: AbortSignal) => Promise<Finding>;
	readonly surroundings: Omit<TemplateInputs, "lookup">;
}

/**
 * Looks at everything that the units need: what is the same at every read is read, and nothing else, so that no
 * credential is issued. What depends on a secret that was not read stays unknown.
 */
export async function checkOnline(
	units: readonly Unit[],
	deps: OnlineDeps,
	signal: AbortSignal,
): Promise<OnlineFindings> {
	const wanted = new Map<string, Wanted>();
	const looked = new Map<string, Pick<Looked, "access" | "outcome">>();
	for (const unit of units) note(wanted, unit, unit.template.discover().requests);
	let rendered: Rendered = { problems: [], notes: [] };
	// Paths that are computed from secrets come out in rounds; what has no end is found when it is rendered.
	for (let pass = 1; pass <= MOST_PASSES; pass++) {
		const fresh = [...wanted].filter(([key]) => !looked.has(key));
		if (fresh.length === 0 && pass > 1) break;
		const accesses = await deps.survey.of(
			fresh.map(([, { request }]) => request),
			signal,
		);
		await Promise.all(
			fresh.map(async ([key, { request }], index) => {
				const access = accesses[index];
				if (access !== undefined)
					looked.set(key, { access, outcome: await look(request, { access, read: deps.read }, signal) });
			}),
		);
		rendered = await render(units, wanted, { ...deps.surroundings, lookup: lookupIn(heldIn(looked)) });
	}
	return {
		looked: [...wanted].flatMap(([key, { request, usedBy, isRequired }]) => {
			const found = looked.get(key);
			return found === undefined ? [] : [{ request, ...found, usedBy: [...usedBy], isRequired }];
		}),
		...rendered,
	};
}

interface Wanted {
	readonly request: SecretRequest;
	readonly usedBy: Set<string>;
	isRequired: boolean;
}

function note(wanted: Map<string, Wanted>, unit: Unit, requests: readonly SecretRequest[]): void {
	for (const request of requests) {
		const key = requestKey(request);
		const one = wanted.get(key) ?? { request, usedBy: new Set(), isRequired: false };
		one.usedBy.add(nameOf(unit));
		one.isRequired ||= unit.required;
		wanted.set(key, one);
	}
}

/** As messages name a unit: its template, or its variable. */
export function nameOf(unit: Unit): string {
	if (unit.kind === "file") return unit.source;
	return unit.isSeveral ? unit.name : `env.${unit.name}`;
}

type Look = OnlineDeps["read"];

async function look(
	request: SecretRequest,
	{ access, read }: { readonly access: Access; readonly read: Look },
	signal: AbortSignal,
): Promise<Looked["outcome"]> {
	if (!access.isAllowed) return { kind: "denied" };
	if (!access.isHarmless) return { kind: "left alone" };
	try {
		return { kind: "read", finding: await read({ ...request, path: access.path }, signal) };
	} catch (error) {
		if (signal.aborted || !(error instanceof AgentError)) throw error;
		return { kind: "failed", error };
	}
}

/** What was not read is pending for ever: a template goes on past it and names everything else. */
function heldIn(looked: ReadonlyMap<string, Pick<Looked, "outcome">>): Held {
	return {
		entry(key) {
			const outcome = looked.get(key)?.outcome;
			if (outcome?.kind === "read") return { finding: outcome.finding, error: undefined };
			return outcome?.kind === "failed" ? { finding: undefined, error: outcome.error } : undefined;
		},
	};
}

/** Notes what is asked for with what is held now. @returns what cannot be rendered, or not as it was meant */
async function render(
	units: readonly Unit[],
	wanted: Map<string, Wanted>,
	inputs: TemplateInputs,
): Promise<Rendered> {
	const problems: { readonly unit: Unit; readonly error: AgentError }[] = [];
	const notes = new Set<string>();
	for (const unit of units) {
		try {
			const pass = unit.template.render(inputs);
			note(wanted, unit, pass.kind === "complete" ? pass.requests : pass.missing);
			if (pass.kind === "incomplete") continue;
			for (const one of await notesOf(unit, pass)) notes.add(noteLine(one).msg);
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			problems.push({ unit, error });
		}
	}
	return { problems, notes: [...notes] };
}
