import type { ForeignSettings } from "../config/mod.ts";
import type { ConfigFormat } from "./tell.ts";
import type { ForeignFile, MappingOptions } from "./translate.ts";

export type { FlagSaid } from "./command-line/mod.ts";
export type { HclBody } from "./hcl/body.ts";
export type { ConfigFormat } from "./tell.ts";
export type { ForeignFile } from "./translate.ts";

/** Programs whose configs are taken. */
export type ForeignFormat = Exclude<ConfigFormat, "native">;

/** Whose config a text is. */
export const loadTelling = async () => await import("./tell.ts");

/** Which files a `-config` names. */
export const loadConfigFiles = async () => await import("./files.ts");

/** Go's `text/template` over secrets. */
export const loadGoTemplates = async () => await import("./go/mod.ts");

/** What writes files of our own from those of others. */
export const loadImport = async () => await import("./import/mod.ts");

/** Flags as Go programs read them, and those of the programs whose place is taken. */
export const loadCommandLines = async () => await import("./command-line/mod.ts");

/** How configs of a program are said in native keys. */
interface ForeignMapping {
	/** The environment as that program sees it. */
	readonly environment: (env: MappingOptions["env"]) => MappingOptions["env"];
	readonly translate: (files: readonly ForeignFile[], options: MappingOptions) => ForeignSettings;
}

/** What says configs of that program in native keys. */
export async function loadMapping(format: ForeignFormat): Promise<ForeignMapping> {
	switch (format) {
		case "vault-agent": {
			const { vaultAgentEnvironment, vaultAgentSettings } = await import("./vault-agent/mod.ts");
			return { environment: vaultAgentEnvironment, translate: vaultAgentSettings };
		}
		case "consul-template": {
			const { consulTemplateSettings, supervisorEnvironment } = await import("./consul-template/mod.ts");
			return { environment: supervisorEnvironment, translate: consulTemplateSettings };
		}
		case "envconsul": {
			const { envconsulSettings, supervisorEnvironment } = await import("./envconsul/mod.ts");
			return { environment: supervisorEnvironment, translate: envconsulSettings };
		}
		default:
			return format satisfies never;
	}
}
