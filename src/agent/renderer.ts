import { AgentError, ExitCode } from "../kernel/mod.ts";
import { requestKey, type SecretStore } from "../secrets/mod.ts";
import {
	finishText,
	holdsPort,
	type OpenPiece,
	plainText,
	type TemplateInputs,
	type TemplateNote,
	type TemplateRequest,
	withPort,
} from "../template/mod.ts";
import { lookupIn } from "./lookup.ts";
import { notesOf } from "./notes.ts";
import type { ForPort } from "./order.ts";
import { type SideFile, sideFilesOf } from "./side-files.ts";
import type { Unit } from "./spec.ts";

/** What rendering one unit gave: its text, or why there is none. */
export type Rendering =
	| {
			readonly unit: Unit;
			readonly kind: "text";
			/** Where it holds the child's private port, it has {@link ANY_PORT} there. */
			readonly text: string;
			/** There where the text holds the port. */
			readonly forPort?: ForPort;
			/** What the text was made of: tells values from the author's words. */
			readonly pieces: readonly OpenPiece[];
			/** Files beside its own. */
			readonly beside: readonly SideFile[];
			/** What is no error and should be known. */
			readonly notes: readonly TemplateNote[];
			/** Keys of the requests that it was made from. */
			readonly keys: ReadonlySet<string>;
			/** Leases that the secrets in it live by. */
			readonly leases: ReadonlySet<string>;
	  }
	| { readonly unit: Unit; readonly kind: "error"; readonly error: AgentError };

export interface RendererDeps {
	readonly store: SecretStore;
	/** Everything that templates see besides secrets. */
	readonly surroundings: Omit<TemplateInputs, "lookup">;
}

/** Stands for the port in a text that is made before there is one: the text shows then whether it is well-formed, and new. */
const ANY_PORT = 0;

/** A template that computes paths from secrets can take this many rounds of reading; more is a loop. */
export const MOST_PASSES = 20;

/**
 * Renders units from one snapshot: in passes, each naming the secrets that it lacks, which are then read side by
 * side, until nothing is missing. One unit's failure does not touch the others.
 */
export async function renderUnits(
	units: readonly Unit[],
	deps: RendererDeps,
	signal: AbortSignal,
): Promise<readonly Rendering[]> {
	const ofFiles: TemplateInputs = { ...deps.surroundings, lookup: lookupIn(deps.store) };
	const ofVariables = { ...ofFiles, hasPort: false }; // the child is told in PORT
	for (let pass = 1; ; pass++) {
		const missing = new Map<string, TemplateRequest>();
		const renderings: Rendering[] = [];
		for (const unit of units) {
			const outcome = await renderOne(unit, unit.kind === "file" ? ofFiles : ofVariables, deps.store);
			if (outcome.kind !== "incomplete") renderings.push(outcome);
			else if (pass === MOST_PASSES) renderings.push({ unit, kind: "error", error: endless(unit) });
			else for (const request of outcome.missing) missing.set(requestKey(request), request);
		}
		if (missing.size === 0) return renderings;
		await deps.store.ensure(missing.values(), signal);
	}
}

function endless(unit: Unit): AgentError {
	return new AgentError(`${unit.name} still asks for new secrets after ${MOST_PASSES} rounds`, {
		code: "E_TEMPLATE_LOOP",
		exitCode: ExitCode.usage,
		rows: { do: "look for secrets that name each other without end" },
	});
}

async function textOf(unit: Unit, pieces: ReturnType<typeof withPort>): Promise<string> {
	if (unit.kind === "variable") return plainText(pieces, unit.name);
	return await finishText(unit.format, pieces, unit.source);
}

type Outcome = Rendering | { readonly kind: "incomplete"; readonly missing: readonly TemplateRequest[] };

async function renderOne(unit: Unit, inputs: TemplateInputs, store: SecretStore): Promise<Outcome> {
	try {
		const pass = unit.template.render(inputs);
		if (pass.kind === "incomplete") return pass;
		const forPort: ForPort = async (port) => await textOf(unit, withPort(pass.pieces, port));
		const text = await forPort(ANY_PORT);
		const keys = new Set(pass.requests.map(requestKey));
		const leases = new Set([...keys].flatMap((key) => store.entry(key)?.lease?.id ?? []));
		const open = holdsPort(pass.pieces) ? { forPort } : {};
		const beside = await sideFilesOf(unit, pass.files ?? []);
		const notes = await notesOf(unit, pass);
		return { unit, kind: "text", text, ...open, pieces: pass.pieces, beside, notes, keys, leases };
	} catch (error) {
		if (!(error instanceof AgentError)) throw error;
		return { unit, kind: "error", error };
	}
}
