import { type AgentError, type Clock, ExitCode, formatDuration, type Log, Reminder } from "../kernel/mod.ts";
import type { Entry } from "../secrets/mod.ts";

/** Key of all faults that pass by themselves. */
const AWAY = "away";

/** What is wrong with an entry: the same words for many paths, such as a refused login, are one fault. */
function faultOf({ error }: Entry): string {
	return error === undefined || error.remedy === "retry" ? AWAY : error.message;
}

function wordsWhenOver(key: string, error: AgentError): string {
	if (error.remedy === "retry") return "Vault is back";
	return error.exitCode === ExitCode.loginRefused ? "the login works again" : `${key} can be read again`;
}

/** What has been said of something that stays wrong. */
interface Outage {
	readonly since: number;
	readonly reminder: Reminder;
	readonly path: string;
	readonly whenOver: string;
}

/** Says once when a path can no longer be read, seldom while it lasts, and once when it is over. */
export class OutageLog {
	readonly #log: Log;
	readonly #clock: Clock;
	readonly #failing = new Map<string, Outage>();

	constructor(log: Log, clock: Clock) {
		this.#log = log;
		this.#clock = clock;
	}

	/** What else ends a start, each fault once: whoever mends the first wants to know of all. */
	reportOthers(fatal: AgentError, known: readonly { readonly error: AgentError | undefined }[]): void {
		const said = new Set([fatal.message]);
		for (const { error } of known) {
			if (error === undefined || error.remedy === "retry" || said.has(error.message)) continue;
			said.add(error.message);
			const { message: msg, code, facts, rows } = error;
			this.#log.write("warn", "read failed", { ...facts, ...rows, msg, code });
		}
	}

	report(entries: readonly Entry[], standing: string): void {
		const now = this.#clock.now();
		const failed = entries.filter((entry) => entry.error !== undefined);
		const away = failed.filter((entry) => entry.error?.remedy === "retry");
		this.#say(AWAY, away[0], standing);
		for (const entry of failed) if (faultOf(entry) !== AWAY) this.#say(faultOf(entry), entry, standing);
		const still = new Set(failed.map(faultOf));
		for (const [key, { since, path, whenOver: words }] of this.#failing) {
			if (still.has(key)) continue;
			this.#failing.delete(key);
			if (failed.some((entry) => entry.key === path)) continue; // another fault has come in its place
			this.#log.write("info", "recovered", { msg: `${words} after ${formatDuration(now - since)}` });
		}
	}

	#say(key: string, entry: Entry | undefined, standing: string): void {
		if (entry?.error === undefined) return;
		const { error } = entry;
		const now = this.#clock.now();
		const known = this.#failing.get(key);
		const { since = now, reminder = new Reminder() } = known ?? {};
		if (!reminder.isDue(error.code, now)) return;
		this.#failing.set(key, {
			since,
			reminder,
			path: entry.key,
			whenOver: wordsWhenOver(entry.key, error),
		});
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
