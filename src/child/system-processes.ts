import type { Processes, Spawn } from "./ports.ts";
import { isGroupAlive, sendSignal } from "./process-group.ts";
import { PipeWatchdog, type WatchdogDeps } from "./watchdog.ts";

/** The real processes of this machine, for the composition root. */
export function systemProcesses(deps: WatchdogDeps): Processes {
	const suspendSelf = () => {
		sendSignal(process.pid, "SIGSTOP");
	};
	return {
		loadSpawn,
		signal: sendSignal,
		isGroupAlive,
		watchdog: new PipeWatchdog(deps),
		...(process.pid === 1 ? {} : { suspendSelf }), // the kernel shields process 1 from SIGSTOP
	};
}

async function loadSpawn(): Promise<Spawn> {
	const { spawnChild } = await import("./spawn.ts");
	return spawnChild;
}
