import { brokenOut, type RenderPass, type TemplateNote, withPort } from "../template/mod.ts";
import type { FileUnit, Unit } from "./spec.ts";

type Complete = Extract<RenderPass, { kind: "complete" }>;

/** Any port: what its place is like is the same for each. */
const SOME_PORT = 0;

/** What is no error and should be known of what a pass has given. */
export async function notesOf(unit: Unit, pass: Complete): Promise<readonly TemplateNote[]> {
	const own = pass.notes ?? [];
	return unit.kind === "file" && unit.isUnescaped ? [...own, ...(await looseNotes(unit, pass))] : own;
}

/** Values that stand in the text as they are, and that a reader of its format would not get back so. */
async function looseNotes(
	{ format, destination }: FileUnit,
	{ pieces }: Complete,
): Promise<readonly TemplateNote[]> {
	const origins = await brokenOut(format, withPort(pieces, SOME_PORT));
	return origins.map(({ path, field, ...place }) => {
		const what = field === undefined ? "a value" : `field "${field}"`;
		const whose = path === undefined ? "" : ` of ${path}`;
		return {
			message: `${what}${whose} breaks out of its place: who reads ${destination} as ${format} gets something else; have values escaped (escape: true, or -escape=format), or change the value`,
			place,
			...(path !== undefined && { path }),
			...(field !== undefined && { field }),
		};
	});
}

/** What a note is about: of a newer version of the secret it is the same one. */
export function noteKey({ message, place, path, field }: TemplateNote): string {
	const { file, line, column } = place;
	return JSON.stringify([file, line, column, path === undefined ? message : [path, field]]);
}

/** A note as a line of the log. */
export function noteLine({ message, place, path, field }: TemplateNote) {
	const { file, line, column = 1, expression } = place;
	const spot = line === undefined ? file : `${file}:${line}:${column}`;
	return {
		msg: `${spot}: ${message}`,
		in: expression === undefined ? spot : `${spot}   ${expression}`,
		file,
		...(line !== undefined && { line }),
		...(path !== undefined && { path }),
		...(field !== undefined && { field }),
	};
}
