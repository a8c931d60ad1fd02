import { Agent } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import type { Log, Secret } from "../../kernel/mod.ts";
import type { Delivery } from "../../render/mod.ts";
import { deliveryOf, surroundingsOf } from "../assemble.ts";
import type { Handover } from "../link/handover.ts";
import { openStanding } from "../link/open-standing.ts";
import { type VaultParts, vaultParts } from "../link/vault-parts.ts";
import type { World } from "../world.ts";
import { commandEnvironment, credentialsIn } from "./child-environment.ts";
import { memoryTrimmer } from "./memory.ts";
import { systemNotices } from "./notices.ts";
import { type Settled, settle } from "./settled.ts";
import { StatusDesk } from "./status-desk.ts";
import { type Child, supervise } from "./supervise.ts";

/** What a running agent is made of. */
export interface AgentParts {
	/** What it goes by at first. */
	readonly settled: Settled;
	readonly agent: Agent;
	/** What it puts its files in place with at first. */
	readonly delivery: Delivery;
	readonly vault: VaultParts;
	readonly desk: StatusDesk;
	readonly child: Child | undefined;
}

/** Builds the agent of a config; nothing runs yet. @throws AgentError for what the config names and is not in order */
export async function buildAgent(config: Config, world: World, log: Log): Promise<AgentParts> {
	const heap = config.exitAfterAuth ? undefined : await world.loadHeap();
	// Who passes connections on needs the speed that an agent at rest can do without, and cannot stand still to clean up.
	const mayRest = config.exec?.rolling === undefined;
	if (mayRest) heap?.settleDown();
	else heap?.staySmall();
	const settled = await settle(config, world);
	const desk = new StatusDesk(world, log);
	const { counters } = desk;
	const handover = await handoverOf(config, world, log);
	const delivery = deliveryOf(config, world);
	const standing = await openStanding(settled, { world, log, delivery });
	const vault = vaultParts(config, {
		world,
		log,
		counters,
		...(handover && { handover }),
		...(standing && { standing }),
	});
	sayServer(config, log);
	const credentials = credentialsIn(config);
	const child = await supervise(config, { world, log, observe: (event) => desk.observeChild(event) });
	const agent = new Agent(settled.units, {
		store: vault.store,
		delivery,
		notices: systemNotices({
			environmentOf: (rules) => commandEnvironment(world.env, credentials, rules),
			clock: world.clock,
			redactor: world.redactor,
			log,
		}),
		surroundings: surroundingsOf(config, world),
		clock: world.clock,
		random: world.random,
		log,
		counters,
		...(heap && mayRest && { rest: memoryTrimmer(world.clock, () => heap.collectGarbage()) }),
		...(child && { child }),
		tidy: tidying(vault),
		waitsForMissing: config.onMissing === "wait",
		waitsForLogin: !config.exitAfterAuth && config.exec === undefined,
		...(config.giveUpAfterMs !== undefined && { giveUpAfterMs: config.giveUpAfterMs }),
	});
	return { settled, agent, delivery, vault, desk, child };
}

/** Flags, variables and the file may each name a server: this is the one that is asked. */
function sayServer({ vault: { addresses, namespace } }: Config, log: Log): void {
	const place = namespace === undefined ? "" : `, namespace ${namespace}`;
	const msg = `${addresses.join(", then ")}${place}`;
	log.write("info", "vault", { msg, addresses, ...(namespace !== undefined && { namespace }) });
}

/** Loaded where there is one. */
async function handoverOf(config: Config, world: World, log: Log): Promise<Handover | undefined> {
	const { auth, handover } = config;
	if (auth === undefined || handover === undefined) return undefined;
	const { openHandover } = await import("../link/handover.ts");
	return await openHandover({ ...config, auth, handover }, { world, log });
}

/** Revokes the tokens by which no lease lives any more. */
function tidying({ links, store }: VaultParts): (signal: AbortSignal) => void {
	const isNeeded = (token: Secret) => store.needs(token);
	return (signal) => {
		links.revokeReplaced(isNeeded, signal).catch((error: unknown) => {
			if (!signal.aborted) throw error;
		});
	};
}
