import { type Clock, formatDuration, type Log } from "../kernel/mod.ts";
import type { LeaseEvent } from "../secrets/mod.ts";

/** What people read about leases: their renewals in detail only when asked, what goes wrong with them always. */
export function logLeases(log: Log, clock: Clock): (event: LeaseEvent) => void {
	let isDenialSaid = false;
	return (event) => {
		const { lease } = event;
		const { path } = lease;
		const left = formatDuration(Math.max(0, lease.endsAt - clock.now()));
		switch (event.kind) {
			case "renewed":
				log.write("debug", "lease", { msg: `the lease of ${path} is renewed, ${left}`, path });
				return;
			case "revoked":
				log.write("info", "lease", { msg: `the lease of ${path} is revoked`, path });
				return;
			case "gone":
				log.write("warn", "lease", {
					msg: `Vault no longer knows the lease of ${path}; a new one is asked for at once`,
					path,
				});
				return;
			case "not renewed": {
				const { message: words, code, rows } = event.error;
				const msg = `the lease of ${path} cannot be renewed: ${words}; it is replaced before it ends in ${left}`;
				log.write("warn", "lease", { ...rows, msg, path, code });
				return;
			}
			case "not revoked": {
				const { message: words, code, rows } = event.error;
				// Vault's default policy lets a token renew and not revoke: said once, it is a fact and no fault.
				const isDenied = code === "E_PERMISSION_DENIED";
				const level = isDenied && isDenialSaid ? "debug" : "warn";
				isDenialSaid ||= isDenied;
				const msg = `the lease of ${path} could not be revoked: ${words}; it ends by itself in ${left}`;
				log.write(level, "lease", { ...rows, msg, path, code });
				return;
			}
			default:
				event satisfies never;
		}
	};
}
