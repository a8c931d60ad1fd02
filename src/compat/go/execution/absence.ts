import { AgentError, ExitCode, nearest, printable } from "../../../kernel/mod.ts";
import { TemplateError, type TemplateNote } from "../../../template/mod.ts";
import { executing, type GoPlace, inBraces, inRow } from "../language/errors.ts";
import type { Execution } from "./execution.ts";
import { isToldOf, type Missing, type Result, type Trace } from "./result.ts";
import type { GoMap } from "../values/values.ts";

/** Names are in Vault and of anybody's making: one line, and no more than can be read. */
const MOST_NAMES = 30;
const LONGEST_NAME = 80;

type Absence = Parameters<typeof TemplateError.absent>[1];

/** The error of a secret that is not there, or no longer: no block of a Go template can handle it. */
export function absentSecret(place: GoPlace, absence: Absence): AgentError {
	const { message, code, exitCode, facts } = TemplateError.absent(place, absence);
	const remedy =
		absence.reason === "missing"
			? "check the path (KV v2: mount/data/name, version 1: mount/name), and write the secret if it is not there yet"
			: `write a new version${absence.reason === "deleted" ? ", or undelete this one" : ""}`;
	return new AgentError(message, { code, exitCode, facts, rows: { in: inRow(place), do: remedy } });
}

/** What is known of a key that is not in a map. */
export function missingEntry(
	{ entries, isChanged }: GoMap,
	name: string,
	{ holder, below, ...trace }: Trace & Pick<Missing, "holder" | "below">,
): Missing {
	const names = isToldOf(trace) && !isChanged ? [...entries.keys()] : [];
	return { name, names, holder, below, ...(trace.from && { from: trace.from }) };
}

/** @throws AgentError always: the one of a missing key where that is why, or else Go's sentence */
export function failFor(execution: Execution, missing: Missing | undefined, reason: string): never {
	if (missing === undefined) return execution.fail(reason);
	throw missingField(execution, missing, reason);
}

/**
 * The error of a key that is not there.
 *
 * @param reason what Go says to it
 */
export function missingField(execution: Execution, missing: Missing, reason: string): AgentError {
	const place = execution.faultPlace();
	const { name, from } = missing;
	const go = executing(place, execution.frame.template, reason);
	return new AgentError(sentence(missing), {
		code: "E_FIELD_MISSING",
		exitCode: ExitCode.missing,
		rows: {
			in: inRow(place),
			go,
			...(missing.names.length > 0 && { has: listed(missing.names) }),
			do: advice(missing),
		},
		facts: { file: place.file, line: place.line, field: shown(name), ...(from && { path: from.path }) },
	});
}

/** What is said where `<no value>` is written in the place of a field. */
export function absenceNote({ missing }: Result, place: GoPlace): TemplateNote | undefined {
	if (missing === undefined) return undefined;
	const { file, line, column } = place;
	const { from, name, names } = missing;
	const has = names.length > 0 ? `; there are ${listed(names)}` : "";
	return {
		message: `${sentence(missing)}, and nothing stands in its place${has}; ${advice(missing)}`,
		place: { file, line, column, expression: inBraces(place) },
		field: shown(name),
		...(from && { path: from.path }),
	};
}

function sentence({ name, from, holder }: Missing): string {
	const version = from?.version === undefined ? "" : ` (version ${from.version})`;
	return `field "${shown(name)}" is not in ${from === undefined ? holder : `${from.path}${version}`}`;
}

function advice(missing: Missing): string {
	const { name, names, holder, below, from } = missing;
	const base = holder === "." ? "" : holder;
	if (from?.isEnvelope && names.includes("data")) {
		return `write {{${base}.data.${shown(name)}}}: the fields of a secret with versions are one level below`;
	}
	if (hasNoLevel(missing)) {
		const written = [base, ...below.map(shown)].join(".") || ".";
		return `write {{${written}}}: a secret without versions has no level "data"`;
	}
	const guess = nearest(name, names);
	if (guess === undefined) return "add the field in Vault, or ask for it in a condition: {{if …}}";
	const isName = /^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(guess);
	const written = isName ? `${base}.${guess}` : `index ${holder} "${guess}"`;
	return `did you mean "${shown(guess)}"? write {{${shown(written)}}}, or rename the field in Vault`;
}

/** A template for KV v2 over a secret of another engine. */
function hasNoLevel({ name, from }: Missing): boolean {
	if (name !== "data" || from === undefined) return false;
	return !from.isEnvelope && !from.isMade && from.field === undefined && from.version === undefined;
}

function listed(names: readonly string[]): string {
	const sorted = names.toSorted();
	const more = sorted.length - MOST_NAMES;
	const first = sorted.slice(0, MOST_NAMES).map(shown).join(", ");
	return more > 0 ? `${first} and ${more} more` : first;
}

/** Never a part of it: a computed name may be a secret, and what hides those knows them whole. */
export function shown(name: string): string {
	return name.length > LONGEST_NAME ? `(a name of ${name.length} letters)` : printable(name);
}
