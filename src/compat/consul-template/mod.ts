import type { ForeignSettings } from "../../config/mod.ts";
import { type ForeignFile, type MappingOptions, translate } from "../translate.ts";
import { write } from "./write.ts";

export { supervisorEnvironment } from "../supervisor/environment.ts";

/**
 * A config of consul-template, said in keys of our own.
 *
 * @param files in their order: what a later file says wins, key by key; templates are added to those before them
 * @throws ConfigError when a file is no HCL
 */
export function consulTemplateSettings(
	files: readonly ForeignFile[],
	options: MappingOptions,
): ForeignSettings {
	return { ...translate(files, options, write), isOverVariables: true };
}
