import type { CommandSpec } from "./command-spec.ts";
import { completionSpec } from "./commands/completion-spec.ts";
import { devSpec } from "./commands/dev-spec.ts";
import { doctorSpec } from "./commands/doctor-spec.ts";
import { importSpec } from "./commands/import-spec.ts";
import { initSpec } from "./commands/init-spec.ts";
import { refreshSpec } from "./commands/refresh-spec.ts";
import { renderSpec } from "./commands/render-spec.ts";
import { runSpec } from "./commands/run-spec.ts";
import { schemaSpec } from "./commands/schema-spec.ts";
import { startSpec } from "./commands/start-spec.ts";
import { statusSpec } from "./commands/status-spec.ts";
import { validateSpec } from "./commands/validate-spec.ts";

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly CommandSpec[] = [
	startSpec,
	runSpec,
	renderSpec,
	validateSpec,
	statusSpec,
	refreshSpec,
	doctorSpec,
	initSpec,
	importSpec,
	devSpec,
	schemaSpec,
	completionSpec,
];
