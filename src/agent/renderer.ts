import { AgentError, ExitCode } from "../kernel/mod.ts";
import { requestKey, type SecretStore } from "../secrets/mod.ts";
import {
	finishText,
	type Piece,
	plainText,
	type TemplateInputs,
	type TemplateRequest,
} from "../template/mod.ts";
import { lookupIn } from "./lookup.ts";
import type { Unit } from "./spec.ts";

/** What rendering one unit gave: its text, or why there is none. */
export type Rendering =
	| {
			readonly unit: Unit;
			readonly kind: "text";
			readonly text: string;
			/** What the text was made of: tells values from the author's words. */
			readonly pieces: readonly Piece[];
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
	const inputs: TemplateInputs = { ...deps.surroundings, lookup: lookupIn(deps.store) };
	for (let pass = 1; ; pass++) {
		const missing = new Map<string, TemplateRequest>();
		const renderings: Rendering[] = [];
		for (const unit of units) {
			const outcome = await renderOne(unit, inputs, deps.store);
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

type Outcome = Rendering | { readonly kind: "incomplete"; readonly missing: readonly TemplateRequest[] };

async function renderOne(unit: Unit, inputs: TemplateInputs, store: SecretStore): Promise<Outcome> {
	try {
		const pass = unit.template.render(inputs);
		if (pass.kind === "incomplete") return pass;
		const text =
			unit.kind === "file"
				? await finishText(unit.format, pass.pieces, unit.source)
				: plainText(pass.pieces, unit.name);
		const keys = new Set(pass.requests.map(requestKey));
		const leases = new Set([...keys].flatMap((key) => store.entry(key)?.lease?.id ?? []));
		return { unit, kind: "text", text, pieces: pass.pieces, keys, leases };
	} catch (error) {
		if (!(error instanceof AgentError)) throw error;
		return { unit, kind: "error", error };
	}
}
