import { configJsonSchema } from "../config/mod.ts";
import { COMMANDS } from "./command-list.ts";
import type { World } from "./world.ts";

/** The parts of the config's schema that say what this version can do. */
interface Schema {
	readonly enum?: readonly string[];
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
}

/** `agent --version --json`: what a report of a fault, or a script that chooses what to write, wants to know. */
export function versionReport({ version, platform }: World) {
	const { properties = {} } = configJsonSchema() as Schema;
	return {
		name: "keyturn",
		version,
		...platform,
		features: {
			commands: COMMANDS.map(({ name }) => name),
			auth_methods: properties["auto_auth"]?.properties?.["method"]?.enum ?? [],
			formats: properties["templates"]?.items?.properties?.["format"]?.enum ?? [],
		},
	};
}
