import { AgentError, type ErrorRows, ExitCode, nearest, printable } from "../kernel/mod.ts";
import { PREVIOUS } from "./inputs.ts";
import { PORT_NAME } from "./port.ts";

/** A place in a template, for messages. */
export interface Place {
	/** Template file, or the key of the config that holds it. */
	readonly file: string;
	/** 1-based; absent where a single reference stands in place of a template. */
	readonly line?: number;
	/** 1-based. */
	readonly column?: number;
	/** What stands there, as written. */
	readonly expression?: string;
}

function inRow(place: Place): string {
	const expression = place.expression === undefined ? "" : `   ${place.expression}`;
	return `${spot(place)}${expression}`;
}

/** `file:line:column`, as editors open it. */
function spot(place: Place): string {
	return place.line === undefined ? place.file : `${place.file}:${place.line}:${place.column ?? 1}`;
}

function spotFacts(place: Place): Record<string, string | number> {
	return { file: place.file, ...(place.line !== undefined && { line: place.line }) };
}

/** Thrown when a template cannot be parsed, or asks for something that is not there. */
export class TemplateError extends AgentError {
	static syntax(place: Place, reason: string): TemplateError {
		return new TemplateError(`${spot(place)}: ${reason}`, {
			code: "E_TEMPLATE_SYNTAX",
			exitCode: ExitCode.usage,
			rows: { do: "mend the template" },
			facts: spotFacts(place),
		});
	}

	/** A helper that does not exist or was called wrongly. */
	static helper(place: Place, reason: string, advice: string): TemplateError {
		return new TemplateError(reason, {
			code: "E_TEMPLATE_HELPER",
			exitCode: ExitCode.usage,
			rows: { in: inRow(place), do: advice },
			facts: spotFacts(place),
		});
	}

	static unknownHelper(place: Place, name: string, known: Iterable<string>): TemplateError {
		const guess = nearest(name, known);
		const hint = guess === undefined ? "" : `; did you mean "${guess}"?`;
		return TemplateError.helper(
			place,
			`there is no helper "${name}"${hint}`,
			"see docs/templates.md for the helpers; a name with arguments is a helper, a field has none",
		);
	}

	/** A field that the secret does not have. */
	static fieldMissing(place: Place, field: string, source: FieldSource): TemplateError {
		const near = nearest(field, source.names);
		const guess = near === undefined ? undefined : shown(near);
		const name = shown(field);
		const where = source.path === undefined ? "here" : `in ${source.path}${versionOf(source)}`;
		const rows: ErrorRows = {
			in: inRow(place),
			...(source.names.length > 0 && { has: listed(source.names) }),
			do: place.line === undefined ? adviceForReference(guess) : adviceForField(name, guess),
		};
		return new TemplateError(`field "${name}" is not ${where}`, {
			code: "E_FIELD_MISSING",
			exitCode: ExitCode.missing,
			rows,
			facts: { ...spotFacts(place), field: name, ...(source.path && { path: source.path }) },
		});
	}

	/** A secret that is not there, or no longer. */
	static absent(place: Place, secret: Absence): TemplateError {
		if (secret.pinned === PREVIOUS) return TemplateError.noVersionBefore(place, secret);
		const version = secret.version === undefined ? "" : ` (version ${secret.version})`;
		const isGone = secret.reason !== "missing";
		return new TemplateError(isGone ? `${secret.path} is ${secret.reason}${version}` : nothingAt(secret), {
			code: isGone ? "E_SECRET_DELETED" : "E_SECRET_MISSING",
			exitCode: ExitCode.missing,
			rows: {
				in: inRow(place),
				do: isGone
					? `write a new version${secret.reason === "deleted" ? " or undelete this one" : ""}, or handle it with {{else}}`
					: adviceFor(secret),
			},
			facts: { ...spotFacts(place), path: secret.path },
		});
	}

	/** There is none before the current one, or it was deleted; for the first version of a secret that is no fault. */
	private static noVersionBefore(place: Place, { path, reason, version }: Absence): TemplateError {
		const message =
			reason === "missing"
				? `${path} has no version before the current one`
				: `the version before the current one of ${path}${version === undefined ? "" : ` (version ${version})`} is ${reason}`;
		return new TemplateError(message, {
			code: "E_VERSION_MISSING",
			exitCode: ExitCode.missing,
			rows: {
				in: inRow(place),
				do: `handle it with {{else}}, or ask for it in a condition: {{#with (secret "${path}" version=-1)}}`,
			},
			facts: { ...spotFacts(place), path },
		});
	}

	/** An environment variable that is not set. */
	static envMissing(place: Place, reason: string): TemplateError {
		return new TemplateError(reason, {
			code: "E_ENV_MISSING",
			exitCode: ExitCode.missing,
			rows: { in: inRow(place), do: 'set it, or give a default: {{default (env "NAME") "…"}}' },
			facts: spotFacts(place),
		});
	}

	/** A helper would have to work with the child's private port, which is not chosen yet. */
	static portUnknown(place: Place, helper: string): TemplateError {
		return TemplateError.value(
			place,
			`${helper} cannot work with the port: it is chosen when a child is about to be started`,
			"write {{@port}} by itself",
		);
	}

	/** The child's private port, where there is none, or where it cannot be told. */
	static noPort(place: Place, reason: string, advice: string): TemplateError {
		return new TemplateError(reason, {
			code: "E_TEMPLATE_PORT",
			exitCode: ExitCode.usage,
			rows: { in: inRow(place), do: advice },
			facts: spotFacts(place),
		});
	}

	/** A value that is there, but empty. */
	static empty(place: Place, what: string): TemplateError {
		return new TemplateError(`${what} is empty`, {
			code: "E_VALUE_EMPTY",
			exitCode: ExitCode.missing,
			rows: {
				in: inRow(place),
				do: 'write the value in Vault, or allow this: {{default name ""}}, or allow_empty: true',
			},
			facts: spotFacts(place),
		});
	}

	/** Another kind of value than the place can take. */
	static value(place: Place, reason: string, advice: string): TemplateError {
		return new TemplateError(reason, {
			code: "E_TEMPLATE_VALUE",
			exitCode: ExitCode.missing,
			rows: { in: inRow(place), do: advice },
			facts: spotFacts(place),
		});
	}
}

/** What was asked for and is not there. */
interface Absence {
	readonly path: string;
	/** `missing`, `deleted` or `destroyed`. */
	readonly reason: string;
	readonly version?: number;
	/** The version that the template asked for. */
	readonly pinned?: number;
}

function nothingAt({ path, pinned }: Absence): string {
	return pinned === undefined ? `no secret is at ${path}` : `${path} has no version ${pinned}`;
}

function adviceFor({ pinned }: Absence): string {
	return pinned === undefined
		? "check the path (KV v2: mount/data/name, version 1: mount/name), and write the secret if it is not there yet"
		: "check the version; it may have been removed by max_versions";
}

/** Where a field was looked for. */
export interface FieldSource {
	/** Absent outside of a secret. */
	readonly path?: string;
	readonly version?: number;
	/** The names that are there. */
	readonly names: readonly string[];
}

/** Names are in Vault and of anybody's making: one line, and no more than can be read. */
const MOST_NAMES = 30;
const LONGEST_NAME = 80;

function listed(names: readonly string[]): string {
	const more = names.length - MOST_NAMES;
	const first = names.slice(0, MOST_NAMES).map(shown).join(", ");
	return more > 0 ? `${first} and ${more} more` : first;
}

/** Never a part of it: a computed name may be a secret, and what hides those knows them whole. */
function shown(name: string): string {
	return name.length > LONGEST_NAME ? `(a name of ${name.length} letters)` : printable(name);
}

function versionOf(source: FieldSource): string {
	return source.version === undefined ? "" : ` (version ${source.version})`;
}

/** A field's name as it is written in a template: dashed and dotted names in brackets. */
function asName(field: string): string {
	return /^[A-Za-z_][A-Za-z0-9_]*$/.test(field) ? field : `[${field}]`;
}

function adviceForField(field: string, guess: string | undefined): string {
	if (field === PORT_NAME) return "write {{@port}} for the child's private port, or add the field in Vault";
	return guess === undefined
		? `add the field in Vault, or make it optional: {{default ${asName(field)} "…"}} or {{#if (has "${field}")}}`
		: `did you mean "${guess}"? write {{${asName(guess)}}}, or rename the field in Vault`;
}

function adviceForReference(guess: string | undefined): string {
	return guess === undefined
		? "name a field that is there, add this one in Vault, or set required: false"
		: `did you mean "${guess}"? write #${guess}, or rename the field in Vault`;
}
