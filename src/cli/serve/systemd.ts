import type { Log } from "../../kernel/mod.ts";
import type { World } from "../world.ts";

/** What the service manager is told (sd_notify(3)); each resolves when it has taken it, and never rejects. */
export interface ServiceManager {
	/** Everything stands, for the first time. */
	ready(): Promise<void>;
	/** To be followed by {@link reloaded}, however the reload ends. Before everything stands neither is told. */
	reloading(): Promise<void>;
	reloaded(): Promise<void>;
	stopping(): Promise<void>;
	/** Tells it again and again, where it wants to know, that all is alive, as long as it is; until aborted. */
	keepAlive(isAlive: () => boolean, signal: AbortSignal): Promise<void>;
}

const NOBODY: ServiceManager = {
	ready: async () => await Promise.resolve(),
	reloading: async () => await Promise.resolve(),
	reloaded: async () => await Promise.resolve(),
	stopping: async () => await Promise.resolve(),
	keepAlive: async () => await Promise.resolve(),
};

/**
 * Speaks to systemd where it started us with `Type=notify` or `notify-reload`.
 *
 * Its socket takes datagrams, which Node cannot send to a path: systemd's own `systemd-notify` does it, so the unit
 * needs `NotifyAccess=all`.
 */
export function serviceManager({ env, clock, systemd }: World, log: Log): ServiceManager {
	if (!env["NOTIFY_SOCKET"]) return NOBODY;
	let [hasFailed, isReady] = [false, false];
	let last = Promise.resolve();
	const tell = async (words: readonly string[]) => {
		const fault = await systemd.notify(words);
		if (fault === undefined || hasFailed) return;
		hasFailed = true;
		log.write("warn", "systemd", {
			msg: `systemd-notify has failed (${fault}); systemd is not told how we are`,
		});
	};
	/** One after the other: what is said last counts. */
	const send = async (...words: string[]) => await (last = last.then(() => tell(words)));
	return {
		async ready() {
			isReady = true;
			await send("READY=1");
		},
		async reloading() {
			if (isReady) await send("RELOADING=1", `MONOTONIC_USEC=${systemd.monotonicUsec()}`);
		},
		async reloaded() {
			if (isReady) await send("READY=1");
		},
		stopping: async () => await send("STOPPING=1"),
		async keepAlive(isAlive, signal) {
			const halfMs = Number(env["WATCHDOG_USEC"]) / 2000;
			if (!(halfMs > 0)) return;
			while (!signal.aborted) {
				if (isAlive()) await send("WATCHDOG=1");
				await clock.sleep(halfMs, signal).catch(() => undefined);
			}
		},
	};
}
