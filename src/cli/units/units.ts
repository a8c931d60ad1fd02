import type { Unit } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { TemplateError } from "../../template/mod.ts";
import type { World } from "../world.ts";
import { fileUnit } from "./file-unit.ts";
import { variablesUnit, variableUnit } from "./variable-units.ts";

/** Everything that a config asks to be rendered. */
export interface Units {
	readonly units: readonly Unit[];
	/** Texts of the template files, by path. */
	readonly texts: ReadonlyMap<string, string>;
}

/**
 * Reads and parses everything that the config asks to be rendered.
 *
 * @throws AgentError for a template that cannot be read or parsed
 */
export async function unitsOf(
	config: Config,
	world: Pick<World, "readText" | "redactor" | "cwd">,
): Promise<Units> {
	const texts = new Map<string, string>();
	const readText = async (path: string) => {
		const text = await world.readText(path);
		texts.set(path, text);
		return text;
	};
	const parts = { readText, config, cwd: world.cwd };
	const [files, variables] = await Promise.all([
		Promise.all(config.templates.map((template, index) => fileUnit(template, index, parts))),
		Promise.all(config.env.map((variable) => variableUnit(variable, parts))),
	]);
	// Of two variables with one name the later counts: that which is named by itself.
	const several = config.envFrom.map((from, index) => variablesUnit(from, index, config));
	const units = [...files, ...several, ...variables];
	for (const unit of units) refusePort(unit, config);
	// A path that a template writes out is in the open, though some field may hold a word of it: a user's name, say.
	const requests = units.flatMap(({ template }) => template.discover().requests);
	world.redactor.expose(requests.map(({ path }) => path));
	return { units, texts };
}

/** The port is there for a child that is turned over beside the one before it, and it reads it from a file or `PORT`. */
function refusePort({ kind, template }: Unit, { exec }: Config): void {
	const [place] = template.discover().ports;
	if (place === undefined) return;
	if (exec?.rolling === undefined) {
		throw TemplateError.noPort(
			place,
			"there is no private port: the child has one only with exec.on_change: rolling",
			"write the port itself, or set exec.on_change: rolling",
		);
	}
	if (kind === "variable") {
		throw TemplateError.noPort(
			place,
			"a variable cannot hold the private port",
			"let the child read it from PORT, which it gets in any case",
		);
	}
}
