import type { ChildTerms } from "../../agent/mod.ts";
import type { ChildEvent, Supervisor } from "../../child/mod.ts";
import type { Config } from "../../config/mod.ts";
import type { Log } from "../../kernel/mod.ts";
import type { World } from "../world.ts";
import { childTermsOf } from "./child-terms.ts";

/** The child of an agent. */
export interface Child {
	/** As the config names it. */
	readonly program: string;
	readonly supervisor: Supervisor;
	/** How it is run at first; a config read anew may say otherwise. */
	readonly terms: ChildTerms;
	/** The signals that it wants to hear of. */
	readonly forwarded: readonly Parameters<Supervisor["forward"]>[0][];
}

interface SupervisionParts {
	readonly world: World;
	readonly log: Log;
	readonly observe: (event: ChildEvent) => void;
}

/** What supervises the config's child, which is not started yet. Its room is loaded where there is one. */
export async function supervise(
	config: Config,
	{ world, log, observe }: SupervisionParts,
): Promise<Child | undefined> {
	const terms = childTermsOf(config, world);
	if (terms === undefined) return undefined;
	const { createSupervisor, FORWARDED_SIGNALS, logChildEvents, systemProbes } = await import(
		"../../child/mod.ts"
	);
	const [program] = terms.spec.command;
	const say = logChildEvents(log, program);
	const supervisor = createSupervisor(terms.spec, {
		clock: world.clock,
		random: world.random,
		observe: (event) => {
			say(event);
			observe(event);
		},
		processes: await world.makeProcesses(log),
		probes: systemProbes,
	});
	return { program, supervisor, terms, forwarded: FORWARDED_SIGNALS };
}
