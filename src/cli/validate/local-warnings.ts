import type { Unit } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { findProgram } from "../doctor/process-checks.ts";
import type { World } from "../world.ts";

/** What works by the config alone, and most likely not on this machine or not as it was meant. */
export async function localWarnings(
	config: Config,
	units: readonly Unit[],
	world: World,
): Promise<readonly string[]> {
	return [...(await programWarning(config, world)), ...formatWarnings(config, units)];
}

/** Another machine may have it. */
async function programWarning({ exec, env }: Config, world: World): Promise<readonly string[]> {
	const [program] = exec?.command ?? [];
	if (program === undefined || env.some(({ name }) => name === "PATH")) return [];
	if ((await findProgram(program, world, await world.loadMachine())) !== undefined) return [];
	return [
		`exec.command: ${program} is not found here, or may not be run; the machine that runs the agent needs it`,
	];
}

function formatWarnings({ templates }: Config, units: readonly Unit[]): readonly string[] {
	// A comment in the template may say it.
	const said = new Set(
		filesOf(units).flatMap(({ destination, format }) => (format === "text" ? [] : destination)),
	);
	return templates
		.filter(({ destination }) => !said.has(destination))
		.filter(({ isFormatUnsaid, language }) => {
			const isMeantSo = language.kind === "go" && !language.isEscaped;
			return isFormatUnsaid && !isMeantSo;
		})
		.map(({ destination, language }) => {
			// A config of another program has no such key.
			const advice =
				language.kind === "go"
					? "name the format in a comment, {{/* keyturn: format=yaml */}}, or the file after it"
					: "write format: text if that is meant, or the format that it has";
			return `${destination} is written as text, for its name says nothing: no value is escaped in it; ${advice}`;
		});
}

/** A line for each file, with what its values are escaped for. */
export function fileLines(units: readonly Unit[]): readonly string[] {
	return filesOf(units).map(({ destination, format }) => `file     ${destination}   (${format})`);
}

/** The same for a program. */
export function filesOf(units: readonly Unit[]) {
	return units.flatMap((unit) =>
		unit.kind === "file" ? [{ destination: unit.destination, format: unit.format }] : [],
	);
}
