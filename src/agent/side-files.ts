import { AgentError, ExitCode } from "../kernel/mod.ts";
import { finishText, type WrittenFile } from "../template/mod.ts";
import type { Rendering } from "./renderer.ts";
import type { FileUnit, Unit } from "./spec.ts";

/** A file that a template writes beside its own, as it has to stand. */
export interface SideFile {
	/** Absolute. */
	readonly path: string;
	readonly content: string;
	/** Permission bits. */
	readonly mode: number;
	readonly user?: string;
	readonly group?: string;
}

/**
 * What a pass has written beside its own text, each file once.
 *
 * @throws AgentError for a template that has no place for files
 */
export async function sideFilesOf(unit: Unit, written: readonly WrittenFile[]): Promise<readonly SideFile[]> {
	if (written.length === 0) return [];
	if (unit.kind === "variable" || unit.beside === undefined) throw noFiles(unit);
	const { beside, source } = unit;
	const whole = new Map<string, WrittenFile>();
	for (const one of written) {
		const path = beside.resolve(one.path);
		const before = one.isAppended ? (whole.get(path)?.pieces ?? []) : [];
		whole.set(path, { ...one, pieces: [...before, ...one.pieces] });
	}
	return await Promise.all(
		[...whole].map(async ([path, { pieces, mode, user, group }]) => ({
			path,
			content: await finishText(beside.formatOf(path), pieces, source),
			mode,
			...(user !== undefined && { user }),
			...(group !== undefined && { group }),
		})),
	);
}

function noFiles({ name }: Unit): AgentError {
	return new AgentError(`the template of ${name} writes a file, which a variable's cannot`, {
		code: "E_TEMPLATE_HELPER",
		exitCode: ExitCode.usage,
		rows: { do: "write the file in one of templates" },
	});
}

/** Files that a unit has beside its own. */
export interface Beside {
	readonly unit: Unit;
	readonly beside: readonly Pick<SideFile, "path">[];
}

/** A file that two would write is an error of the one that writes it beside its own. @param others as they stand */
export function withoutClashes(
	renderings: readonly Rendering[],
	others: readonly Beside[],
): readonly Rendering[] {
	const anew = new Set(renderings.map(({ unit }) => unit));
	const taken = new Map<string, Unit>();
	const standing = others.filter(({ unit }) => !anew.has(unit));
	for (const { unit } of [...standing, ...renderings])
		if (unit.kind === "file") taken.set(unit.destination, unit);
	for (const { unit, beside } of standing) for (const { path } of beside) taken.set(path, unit);
	return renderings.map((rendering) => {
		const { unit } = rendering;
		if (rendering.kind === "error" || unit.kind === "variable") return rendering;
		const clash = rendering.beside.find(({ path }) => taken.has(path));
		if (clash !== undefined) return { unit, kind: "error", error: clashing(unit, clash.path, taken) };
		for (const { path } of rendering.beside) taken.set(path, unit);
		return rendering;
	});
}

function clashing(unit: FileUnit, path: string, taken: ReadonlyMap<string, Unit>): AgentError {
	const by = taken.get(path);
	const whose =
		by === undefined || by === unit
			? "is the template's own destination"
			: `is written for ${by.name} already`;
	return new AgentError(`${path}, which the template of ${unit.name} writes, ${whose}`, {
		code: "E_DESTINATION",
		exitCode: ExitCode.undeliverable,
		rows: { in: unit.source, do: "write another file" },
		facts: { path },
	});
}
