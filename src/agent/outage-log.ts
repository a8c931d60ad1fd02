import { type Clock, formatDuration, type Log } from "../kernel/mod.ts";
import type { Entry } from "../secrets/mod.ts";

/** While something stays wrong it is said again this often, not at every try. */
const REMIND_EVERY_MS = 60_000;

/** Says once when a path can no longer be read, seldom while it lasts, and once when it is over. */
export class OutageLog {
	readonly #log: Log;
	readonly #clock: Clock;
	readonly #failing = new Map<
		string,
		{ readonly since: number; readonly code: string; readonly saidAt: number }
	>();

	constructor(log: Log, clock: Clock) {
		this.#log = log;
		this.#clock = clock;
	}

	report(entries: readonly Entry[], standing: string): void {
		const now = this.#clock.now();
		const failed = entries.filter((entry) => entry.error !== undefined);
		const away = failed.filter((entry) => entry.error?.remedy === "retry");
		this.#say("*", away[0], standing);
		for (const entry of failed) if (entry.error?.remedy !== "retry") this.#say(entry.key, entry, standing);
		const still = new Set(failed.map((entry) => (entry.error?.remedy === "retry" ? "*" : entry.key)));
		for (const [key, { since }] of this.#failing) {
			if (still.has(key)) continue;
			this.#failing.delete(key);
			const what = key === "*" ? "Vault is back" : `${key} can be read again`;
			this.#log.write("info", "recovered", { msg: `${what} after ${formatDuration(now - since)}` });
		}
	}

	#say(key: string, entry: Entry | undefined, standing: string): void {
		if (entry?.error === undefined) return;
		const { error } = entry;
		const now = this.#clock.now();
		const known = this.#failing.get(key);
		const isNew = known?.code !== error.code;
		if (known !== undefined && !isNew && now - known.saidAt < REMIND_EVERY_MS) return;
		const since = known?.since ?? now;
		this.#failing.set(key, { since, code: error.code, saidAt: now });
		const lasted = now > since ? `, for ${formatDuration(now - since)}` : "";
		const next = formatDuration(Math.max(0, entry.dueAt - now));
		this.#log.write("warn", "read failed", {
			...error.facts,
			msg: `${error.message}${lasted}; ${standing}, next try in ${next}`,
			code: error.code,
			...(error.rows["do"] !== undefined && { do: error.rows["do"] }),
		});
	}
}
