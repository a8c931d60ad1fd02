import type { ForeignSettings } from "../../config/mod.ts";
import { DEFAULT_ADDRESS } from "../defaults.ts";
import { type ForeignFile, type MappingOptions, translate } from "../translate.ts";
import { write } from "./write.ts";

export { vaultAgentEnvironment } from "./environment.ts";

/**
 * A config of Vault Agent, or of OpenBao's, said in keys of our own.
 *
 * @param files in their order: a stanza of a later file stands in the place of the whole stanza of an earlier one; templates,
 * variables and listeners are added to those before them
 * @throws ConfigError when a file is no HCL
 */
export function vaultAgentSettings(files: readonly ForeignFile[], options: MappingOptions): ForeignSettings {
	const foreign = translate(files, options, write);
	// Half a config would only be complained of once more.
	return foreign.problems.length === 0 ? foreign : { ...foreign, settings: NOTHING_TO_SAY() };
}

const NOTHING_TO_SAY = () => ({ vault: { address: DEFAULT_ADDRESS } });
