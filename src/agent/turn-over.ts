import {
	AgentError,
	type BackoffLimits,
	backoffDelay,
	type Clock,
	ExitCode,
	type Log,
} from "../kernel/mod.ts";
import type { Counters } from "../status/mod.ts";
import type { NoticePort } from "./ports.ts";
import { type ChangeAction, type FileUnit, replacesChild } from "./spec.ts";

export interface TurnOverDeps {
	/** Absent without a child. */
	readonly child?: {
		/** What brings it to new values. */
		readonly way: "restart" | "rolling";
		/** Brings the child to the newest values; does not wait for it to stand. */
		replace(): void;
		/** @returns false when there was nobody to take it */
		signal(name: NodeJS.Signals): boolean;
	};
	readonly notices: NoticePort;
	/** Told that something has happened for the change of these files; {@link TurnOver.isDue} says whether more is to. */
	readonly settled: (paths: readonly string[]) => Promise<void>;
	/** Told what has been done for the change of these files; of its replacement the child itself tells. */
	readonly told: (action: ChangeAction, paths: ReadonlySet<string>) => void;
	/** Longest wait at random before something is done to the child, in milliseconds. */
	readonly splayMs: () => number;
	readonly clock: Clock;
	readonly random: () => number;
	readonly log: Log;
	readonly counters?: Counters;
}

/** One thing that has to happen, for the files that ask for it. */
interface Due {
	readonly action: ChangeAction;
	readonly paths: ReadonlySet<string>;
	readonly attempts: number;
	readonly failure?: AgentError;
	/** Milliseconds since the epoch. */
	readonly at: number;
}

/** Pauses after a notification that failed. It has a back-off of its own and never causes a read. */
const NOTICE_BACKOFF: BackoffLimits = { minMs: 1000, maxMs: 60_000 };

/** What follows a delivery: commands, calls, signals and the child's turn, each tried again until it has happened. */
export class TurnOver {
	readonly #deps: TurnOverDeps;
	readonly #due = new Map<string, Due>();
	#running: Promise<void> | undefined;
	#awaitsChild: boolean;

	constructor(deps: TurnOverDeps) {
		this.#deps = deps;
		this.#awaitsChild = deps.child !== undefined;
	}

	/** Whether a child is still to be started: what is due for it is done with that. */
	get awaitsChild(): boolean {
		return this.#awaitsChild;
	}

	/** Why what is still due has failed, when it has. */
	get lastFailure(): AgentError | undefined {
		return [...this.#due.values()].find((due) => due.failure !== undefined)?.failure;
	}

	/** How much of what was due has not happened yet, and why. */
	get standing() {
		return { outstanding: this.#due.size, lastFailure: this.lastFailure };
	}

	/** Whether everything that was due has happened. */
	get isSettled(): boolean {
		return this.#due.size === 0;
	}

	/** Whether something has still to happen for the change of this file. */
	isDue(path: string): boolean {
		return this.#due.values().some(({ paths }) => paths.has(path));
	}

	/** Milliseconds until the next try; infinite when nothing is due, or while it is being carried out. */
	untilDue(): number {
		if (this.#running !== undefined) return Number.POSITIVE_INFINITY;
		const next = Math.min(Number.POSITIVE_INFINITY, ...this.#possible.map(([, due]) => due.at));
		return Math.max(0, next - this.#deps.clock.now());
	}

	/** Notes what a delivery asks for; {@link run} carries it out. */
	note(files: readonly FileUnit[], variablesChanged: boolean): void {
		const replaces = variablesChanged || files.some(({ onChange }) => onChange.some(replacesChild));
		const replacement = { kind: this.#deps.child?.way ?? "restart" };
		if (variablesChanged) this.#add(replacement, []);
		for (const { onChange, destination } of files) {
			for (const action of onChange) {
				// A child that is started anew reads every file: a signal would only disturb it.
				this.#add(action.kind === "signal" && replaces ? replacement : action, [destination]);
			}
		}
	}

	/** A child that has just been started has seen everything: its share of what is due is done. */
	async childStarted(): Promise<void> {
		this.#awaitsChild = false;
		for (const [key, { action, paths }] of this.#due) {
			if (isForChild(action)) await this.#done(key, paths);
		}
	}

	/**
	 * Carries out what is due now, others first and the child last, so that a restarted child meets a world that
	 * knows the new values. Called again before it is done, it is the same run.
	 */
	async run(signal: AbortSignal): Promise<void> {
		this.#running ??= this.#runDue(signal).finally(() => {
			this.#running = undefined;
		});
		await this.#running;
	}

	async #runDue(signal: AbortSignal): Promise<void> {
		const now = this.#deps.clock.now();
		const ready = this.#possible.filter(([, due]) => due.at <= now);
		const ordered = ready.toSorted(
			([, a], [, b]) => Number(isForChild(a.action)) - Number(isForChild(b.action)),
		);
		for (const [key, due] of ordered) {
			try {
				await this.#perform(due.action, signal);
				this.#count(due.action, "done");
				this.#deps.told(due.action, due.paths);
				// What was noted meanwhile, for a newer change, stays due.
				if (this.#due.get(key) === due) await this.#done(key, due.paths);
			} catch (error) {
				if (signal.aborted || !(error instanceof AgentError)) throw error;
				this.#count(due.action, "failed");
				if (this.#due.get(key) === due) this.#postpone(key, due, error);
			}
		}
	}

	get #possible(): readonly (readonly [key: string, due: Due])[] {
		return [...this.#due].filter(([, { action }]) => !this.#awaitsChild || !isForChild(action));
	}

	async #perform(action: ChangeAction, signal: AbortSignal): Promise<void> {
		const { child, notices, log } = this.#deps;
		switch (action.kind) {
			case "restart":
			case "rolling":
				child?.replace();
				return;
			case "signal":
				if (child?.signal(action.signal) === false) throw notTaken(action.signal);
				log.write("info", "turned over", {
					msg: `${action.signal} sent to the child`,
					signal: action.signal,
				});
				return;
			case "command":
				await notices.run(action, signal);
				log.write("info", "turned over", {
					msg: `${action.command[0] ?? ""} has run`,
					command: action.command[0],
				});
				return;
			case "http":
				await notices.call(action, signal);
				log.write("info", "turned over", { msg: `${action.method} ${action.url} answered`, url: action.url });
				return;
			default:
				action satisfies never;
		}
	}

	/** The child tells of its replacement itself, when it is known how that went. */
	#count(action: ChangeAction, result: "done" | "failed"): void {
		if (replacesChild(action)) return;
		const { kind } = action;
		this.#deps.counters?.add("keyturn_notifications_total", { kind, result });
	}

	#postpone(key: string, due: Due, error: AgentError): void {
		const { clock, random, log } = this.#deps;
		const at = clock.now() + backoffDelay(due.attempts, NOTICE_BACKOFF, random);
		this.#due.set(key, { ...due, attempts: due.attempts + 1, at, failure: error });
		log.write("warn", "notification failed", {
			...error.rows,
			msg: `${error.message}; the new files stand, trying again until it has happened`,
			code: error.code,
			attempts: due.attempts + 1,
			files: [...due.paths],
		});
	}

	#add(action: ChangeAction, paths: readonly string[]): void {
		const key = JSON.stringify(action);
		const before = this.#due.get(key);
		const { paths: known = [], failure } = before ?? {};
		this.#due.set(key, {
			action,
			paths: new Set([...known, ...paths]),
			attempts: 0,
			at: this.#firstTry(action, before),
			...(failure && { failure }), // a newer change does not mend what has failed before
		});
	}

	/** What waits to be spread over time goes on waiting: a newer change is done with it. */
	#firstTry(action: ChangeAction, before: Due | undefined): number {
		const { clock, splayMs, random } = this.#deps;
		const now = clock.now();
		const longest = isForChild(action) ? splayMs() : 0;
		if (longest === 0) return now;
		return before?.attempts === 0 && before.at > now ? before.at : now + random() * longest;
	}

	async #done(key: string, paths: ReadonlySet<string>): Promise<void> {
		this.#due.delete(key);
		await this.#deps.settled([...paths]);
	}
}

function isForChild(action: ChangeAction): boolean {
	return replacesChild(action) || action.kind === "signal";
}

function notTaken(name: NodeJS.Signals): AgentError {
	return new AgentError(`no child was there to take ${name}`, {
		code: "E_NOT_NOTIFIED",
		exitCode: ExitCode.undeliverable,
	});
}
