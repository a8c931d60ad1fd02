import { ConfigError, type ForeignSettings } from "../config/mod.ts";
import { Draft } from "./draft.ts";
import { Findings } from "./findings.ts";
import { Stanza } from "./hcl/decode.ts";
import type { Source } from "./hcl/keys.ts";
import { readBody } from "./hcl/read-any.ts";
import type { Mapping } from "./mapping.ts";

/** A config file as it was read. */
export interface ForeignFile {
	/** For messages: as it was named, or below the folder that was. */
	readonly name: string;
	/** Absolute. */
	readonly path: string;
	readonly text: string;
	/** It is what a flag of this name says, and no file. */
	readonly isFlag?: true;
}

/** How a config is taken. */
export interface MappingOptions {
	/** Variables by name, as the program sees them. */
	readonly env: Mapping["env"];
	/** What the program drops silently is refused. Default false. */
	readonly strict?: boolean;
	/** Values of Go templates are escaped for the format of their file, which the program does not do. Default false. */
	readonly isEscaped?: boolean;
}

/**
 * A config of another program, said in keys of our own.
 *
 * @param write reads all of it, as one or file by file, and writes it in native keys
 * @throws ConfigError when a file is no HCL
 */
export function translate(
	files: readonly ForeignFile[],
	{ env, strict = false, isEscaped = false }: MappingOptions,
	write: (top: Stanza, mapping: Mapping, files: readonly Stanza[]) => void,
): ForeignSettings {
	const findings = new Findings({ strict });
	const draft = new Draft();
	const read = readAll(files);
	const each = read.map((file) => Stanza.top([file], findings));
	write(Stanza.top(read, findings), { draft, findings, env, isEscaped }, each);
	return draft.finish(files, findings);
}

/** Every file that cannot be read is told of. */
function readAll(files: readonly ForeignFile[]): readonly Source[] {
	const errors: ConfigError[] = [];
	const read = files.flatMap(({ name, text, isFlag }) => {
		try {
			return [{ name, body: readBody(name, text), ...(isFlag && { isFlag }) }];
		} catch (error) {
			if (!(error instanceof ConfigError)) throw error;
			errors.push(error);
			return [];
		}
	});
	if (errors.length > 0) throw new ConfigError(errors.flatMap(({ problems }) => problems));
	return read;
}
