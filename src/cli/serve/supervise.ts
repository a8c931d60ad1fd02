import type { ChildPort, FrontSource } from "../../agent/mod.ts";
import type { ChildEvent, Supervisor } from "../../child/mod.ts";
import type { Config, RollingConfig } from "../../config/mod.ts";
import type { Log } from "../../kernel/mod.ts";
import type { World } from "../world.ts";
import { writtenAddress } from "../written-address.ts";
import { childTermsOf } from "./child-terms.ts";

/** The child of an agent. */
export interface Child extends ChildPort {
	/** As the config names it. */
	readonly program: string;
	readonly supervisor: Supervisor;
	/** The signals that it wants to hear of. */
	readonly forwarded: readonly Parameters<Supervisor["forward"]>[0][];
	/** Who owns the public address, in rolling. */
	readonly front?: FrontSource;
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
	const listeners = [logChildEvents(log, program), observe];
	const rolling = config.exec?.rolling && (await handingOver(config.exec.rolling, { world, log }));
	const supervisor = createSupervisor(terms.spec, {
		clock: world.clock,
		random: world.random,
		observe: (event) => {
			for (const listener of listeners) listener(event);
		},
		processes: await world.makeProcesses(log),
		probes: systemProbes,
		...(rolling && { openFront: rolling.openFront }),
	});
	return {
		program,
		supervisor,
		terms,
		forwarded: FORWARDED_SIGNALS,
		subscribe: (listener) => void listeners.push(listener),
		...(rolling && { freePort: rolling.freePort, front: rolling.front }),
	};
}

const NOBODY = { connections: 0, accepted: 0, waiting: 0, failed: 0 };

/** What it takes to have two children at a time. */
async function handingOver({ listen }: RollingConfig, { world, log }: Omit<SupervisionParts, "observe">) {
	const { freePort, loadFront } = await import("../../child/mod.ts");
	const createFront = await loadFront();
	const { clock } = world;
	let front: ReturnType<typeof createFront> | undefined;
	let turnedAwayAt: number | undefined;
	const noting: Log = {
		write: (level, event, fields) => {
			if (level === "warn") turnedAwayAt = clock.now(); // there is nothing else that it warns of
			log.write(level, event, fields);
		},
	};
	return {
		openFront: async (spec: Parameters<typeof createFront>[0]) => {
			front = createFront(spec, { clock, log: noting });
			return await Promise.resolve(front);
		},
		/** Before the first child is ready nobody listens on the public port yet. */
		freePort: async () => {
			const port = await freePort();
			return listen.kind === "tcp" && listen.port === port ? await freePort() : port;
		},
		front: {
			address: writtenAddress(listen),
			get isOpen() {
				return front?.isOpen ?? false;
			},
			get turnedAwayAt() {
				return turnedAwayAt;
			},
			get tally() {
				return front?.tally ?? NOBODY;
			},
		},
	};
}
