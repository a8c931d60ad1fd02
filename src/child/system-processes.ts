import { dumpingAsBefore } from "./core-dumps.ts";
import type { Processes, Spawn } from "./ports.ts";
import { isGroupAlive, sendSignal } from "./process-group.ts";
import { PipeWatchdog, type WatchdogDeps } from "./watchdog.ts";

interface SystemDeps extends WatchdogDeps {
	/** What core dumps of the child may hold, as core(5) writes it, where the agent's own hold something else. */
	readonly coreDumpFilter?: string | undefined;
}

/** The real processes of this machine, for the composition root. */
export function systemProcesses(deps: SystemDeps): Processes {
	const suspendSelf = () => {
		sendSignal(process.pid, "SIGSTOP");
	};
	return {
		loadSpawn: () => loadSpawn(deps.coreDumpFilter),
		signal: sendSignal,
		isGroupAlive,
		watchdog: new PipeWatchdog(deps),
		...(process.pid === 1 ? {} : { suspendSelf }), // the kernel shields process 1 from SIGSTOP
	};
}

async function loadSpawn(coreDumpFilter: string | undefined): Promise<Spawn> {
	const { spawnChild } = await import("./spawn.ts");
	return coreDumpFilter === undefined ? spawnChild : dumpingAsBefore(spawnChild, coreDumpFilter);
}
