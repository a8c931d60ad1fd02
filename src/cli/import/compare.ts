import type { Unit } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { finishText, type Piece, plainText, type TemplateInputs } from "../../template/mod.ts";
import { surroundingsOf } from "../assemble.ts";
import { unitsOf } from "../units/units.ts";
import type { World } from "../world.ts";
import { fixturesIn } from "./fixtures.ts";
import { renderOnline } from "./render-online.ts";
import type { Side } from "./side.ts";

/** A config in both its forms. */
export interface Twofold {
	readonly original: Config;
	readonly imported: Config;
	/** Reads the files of both. */
	readonly readFile: (path: string) => Promise<string>;
}

/**
 * Renders both forms from the same secrets and compares them byte for byte. Tells names, places and paths, and no value.
 *
 * @param fixtures file with secrets; without it they are read from Vault
 */
export async function compareImport(
	both: Twofold,
	fixtures: string | undefined,
	world: World,
): Promise<number> {
	const { original, imported, readFile } = both;
	const parts = { ...world, readText: readFile };
	const before = (await unitsOf(original, parts)).units;
	const after = (await unitsOf(imported, parts)).units;
	const units = [...before, ...after];
	const sides =
		fixtures === undefined
			? await renderOnline(original, units, world)
			: await renderFrom(fixtures, { units, config: original }, world);
	const verdicts = before.map((_, index) => verdictOf(sides[index], sides[before.length + index]));
	for (const [index, { word, detail }] of verdicts.entries()) {
		const line = `${word.padEnd(8)} ${before[index]?.name ?? ""}${detail}\n`;
		world.stdout.write(world.redactor.clean(line));
	}
	const bad = verdicts.filter(({ word }) => word !== "same").length;
	if (bad === 0) return ExitCode.done;
	throw new AgentError(`${bad} of ${verdicts.length} did not come out the same after the import`, {
		code: "E_IMPORT_DIFFERS",
		exitCode: ExitCode.usage,
		rows: { do: "mend the imported template, or keep the one in Go's language" },
	});
}

async function renderFrom(
	fixtures: string,
	{ units, config }: { readonly units: readonly Unit[]; readonly config: Config },
	world: World,
): Promise<readonly Side[]> {
	const lookup = fixturesIn(fixtures, await world.readText(fixtures));
	const inputs = { ...surroundingsOf(config, world), hasPort: false, lookup };
	return await Promise.all(units.map(async (unit) => await renderUnit(unit, inputs)));
}

async function renderUnit(unit: Unit, inputs: TemplateInputs): Promise<Side> {
	try {
		const pass = unit.template.render(inputs);
		if (pass.kind === "incomplete") throw new RangeError("Cannot be: fixtures are all there");
		const pieces = pass.pieces as readonly Piece[];
		const text =
			unit.kind === "variable"
				? plainText(pieces, unit.name)
				: await finishText(unit.format, pieces, unit.source);
		return { kind: "text", text, pieces };
	} catch (error) {
		if (!(error instanceof AgentError)) throw error;
		return { kind: "error", error };
	}
}

interface Verdict {
	readonly word: "same" | "differs" | "fails";
	/** Behind the name. */
	readonly detail: string;
}

function verdictOf(before: Side | undefined, after: Side | undefined): Verdict {
	if (before === undefined || after === undefined)
		throw new RangeError("Cannot be: each has its counterpart");
	if (before.kind === "error") {
		const where = after.kind === "error" ? "" : " before the import";
		return { word: "fails", detail: `${where}: ${before.error.message}` };
	}
	if (after.kind === "error") return { word: "fails", detail: ` after the import: ${after.error.message}` };
	if (before.text === after.text) return { word: "same", detail: "" };
	const at = firstDifference(before.text, after.text);
	const lines = before.text.slice(0, at).split("\n");
	const from = originAt(before, at);
	const place = ` at ${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
	return { word: "differs", detail: from === undefined ? place : `${place}, in what came from ${from}` };
}

function firstDifference(a: string, b: string): number {
	let at = 0;
	while (at < a.length && a[at] === b[at]) at++;
	return at;
}

/** Path and field of the value that stands there, where its author's text does not. */
function originAt({ pieces, text }: Extract<Side, { kind: "text" }>, at: number): string | undefined {
	let end = 0;
	for (const piece of pieces) {
		end += (piece.kind === "text" ? piece.text : String(piece.value)).length;
		if (end <= at && end < text.length) continue;
		if (piece.kind === "text" || piece.origin.path === undefined) return undefined;
		return `${piece.origin.path}${piece.origin.field === undefined ? "" : `#${piece.origin.field}`}`;
	}
	return undefined;
}
