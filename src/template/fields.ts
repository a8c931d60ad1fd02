import { JsonNumber } from "../kernel/mod.ts";
import type { Place } from "./errors.ts";
import type { Scalar } from "./format/format.ts";
import type { TemplateSecret } from "./inputs.ts";
import type { OpenPiece } from "./port.ts";
import type { Template, TemplateNote } from "./template.ts";
import { requestAt, withSecret } from "./variable.ts";

/** How variables are called that are made of a secret's fields. */
export interface VariableNames {
	/** `{{field}}` in it stands for the field's name. */
	readonly name: string;
	/** What is no letter, digit or `_` becomes `_`. */
	readonly sanitize: boolean;
	readonly upcase: boolean;
	/** Absent: all. A field may stand several times. */
	readonly fields?: readonly { readonly field: string; readonly name?: string }[];
}

/** After each variable: none can hold it. */
const END = "\0";

/**
 * All fields of a secret as a template: its text is `NAME=value` and a NUL, over and over, as the system itself keeps
 * variables. What is no text, and what would have no name, is left out with a note.
 *
 * @param path with `?version=3` for a pinned version
 */
export function fieldsTemplate(
	path: string,
	names: VariableNames,
	{ file }: { readonly file: string },
): Template {
	const request = requestAt(path);
	const place: Place = { file, expression: path };
	return {
		discover: () => ({ requests: [request], computed: [], ports: [] }),
		render: (inputs) =>
			withSecret(inputs, { request, place }, (secret) => ({
				kind: "complete",
				requests: [request],
				...variablesOf(secret, names, place),
			})),
	};
}

/** The variables that a text of {@link fieldsTemplate} holds; of two with one name the later. */
export function variablesIn(text: string): ReadonlyMap<string, string> {
	const entries = text.split(END).slice(0, -1);
	return new Map(
		entries.map((entry) => {
			const equals = entry.indexOf("=");
			return [entry.slice(0, equals), entry.slice(equals + 1)];
		}),
	);
}

function variablesOf(
	secret: TemplateSecret,
	names: VariableNames,
	place: Place,
): { readonly pieces: OpenPiece[]; readonly notes: TemplateNote[] } {
	const pieces: OpenPiece[] = [];
	const notes: TemplateNote[] = [];
	const { path } = secret;
	for (const [field, name] of named(secret, names)) {
		const value = textOf(secret.fields[field]);
		const why = faultOf(name) ?? (value === undefined ? "is no text" : undefined);
		if (why !== undefined || value === undefined) {
			const message = `field "${field}" of ${path} ${why}; no variable is made of it`;
			if (secret.fields[field] !== null) notes.push({ message, place, path, field });
			continue;
		}
		const origin = { file: place.file, line: 1, column: 1, expression: path, path, field };
		pieces.push({ kind: "text", text: `${name}=` });
		pieces.push({ kind: "value", value, raw: true, origin }, { kind: "text", text: END });
	}
	return { pieces, notes };
}

/** Fields with the names of their variables. */
function named({ fields }: TemplateSecret, names: VariableNames): (readonly [field: string, name: string])[] {
	const wanted = names.fields?.filter(({ field }) => Object.hasOwn(fields, field));
	const all = wanted ?? Object.keys(fields).map((field) => ({ field, name: undefined }));
	return all.map(({ field, name }) => [
		field,
		spelled(name ?? names.name.replaceAll("{{field}}", () => field), names),
	]);
}

function spelled(name: string, { sanitize, upcase }: VariableNames): string {
	const clean = sanitize ? name.replaceAll(/[^A-Za-z0-9_]/g, "_") : name;
	return upcase ? clean.toUpperCase() : clean;
}

function faultOf(name: string): string | undefined {
	if (name.trim() === "") return "gives no name";
	return /[=\0]/.test(name) ? "gives a name that no variable can have" : undefined;
}

function textOf(value: unknown): Scalar | undefined {
	if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
	return value instanceof JsonNumber ? value : undefined;
}
