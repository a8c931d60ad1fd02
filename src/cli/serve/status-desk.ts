import {
	type ChildTally,
	countChildEvent,
	statusReport,
	type StatusSources,
	tallyChild,
} from "../../agent/mod.ts";
import type { ChildEvent } from "../../child/mod.ts";
import { type Config, isSameSetting, type ListenerConfig } from "../../config/mod.ts";
import { AgentError, type Log } from "../../kernel/mod.ts";
import type {
	Counters,
	Listener,
	ListenerPorts,
	ListenerSpec,
	StatusReport,
	Tally,
} from "../../status/mod.ts";
import { listenerSpec } from "../listener-spec.ts";
import { SecretGuard } from "../link/secret-guard.ts";
import type { World } from "../world.ts";

/** Whom the listener asks, and what it may ask for. */
export interface DeskParts {
	/** Everything but what the desk knows itself. */
	readonly sources: () => Omit<StatusSources, "version" | "clock" | "clean" | "child"> & {
		readonly child?: Omit<NonNullable<StatusSources["child"]>, "tally">;
	};
	/** Whether the agent's loop turns. */
	readonly isAlive: () => boolean;
	readonly refresh: () => void;
	/** Ends the agent as SIGTERM does. */
	readonly quit: () => void;
}

interface Terms {
	readonly spec: ListenerSpec;
	/** Whether the agent may be ended by request. */
	readonly quit: boolean;
}

interface Open {
	readonly terms: Terms;
	readonly listener: Listener;
}

/**
 * Counts what happens and, where the config has a listener, answers those who ask how the agent is. Without a listener
 * nothing is loaded and nothing is kept.
 */
export class StatusDesk {
	/** To be told of what happens; forgets it while nobody can ask. */
	readonly counters: Counters = {
		add: (name, labels, by) => this.#tally?.add(name, labels, by),
		observe: (name, seconds) => this.#tally?.observe(name, seconds),
	};
	readonly #world: World;
	readonly #log: Log;
	readonly #guard: SecretGuard;
	readonly #childTally: ChildTally = tallyChild();
	#parts: DeskParts | undefined;
	#tally: Tally | undefined;
	#metrics: (() => Promise<string>) | undefined;
	#open: Open | undefined;

	constructor(world: World, log: Log) {
		this.#world = world;
		this.#log = log;
		this.#guard = new SecretGuard(world.redactor);
	}

	/** Something happened to the child. */
	observeChild(event: ChildEvent): void {
		this.#childTally.observe(event, this.#world.clock.now());
		countChildEvent(event, this.counters);
	}

	/**
	 * Listens, where the config says so. An agent that does its work once is not asked.
	 *
	 * @throws AgentError `E_LISTEN`, `E_CONFIG`
	 */
	async open({ listener, exitAfterAuth }: Config, parts: DeskParts): Promise<void> {
		this.#parts = parts;
		if (listener === undefined || exitAfterAuth) return;
		const ready = await this.#prepare(await this.#terms(listener));
		this.#open = await ready();
	}

	/**
	 * The config, or a file that it names, was read anew. What cannot be listened on leaves the listener before it in its
	 * place, and is said.
	 */
	async adopt({ listener }: Config): Promise<void> {
		try {
			await this.#change(listener && (await this.#terms(listener)));
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			const msg = `${error.message}; the listener stays as it was`;
			this.#log.write("warn", "listener", { ...error.rows, msg, code: error.code });
		}
	}

	async close(): Promise<void> {
		await this.#open?.listener.close();
	}

	async #change(terms: Terms | undefined): Promise<void> {
		const before = this.#open;
		if (isSameSetting(before?.terms, terms)) return;
		// One address cannot be listened on twice.
		const isInPlace = isSameSetting(before?.terms.spec.address, terms?.spec.address);
		const ready = terms && (await this.#prepare(terms));
		if (isInPlace) {
			await before?.listener.close();
			this.#open = undefined;
		}
		try {
			this.#open = await ready?.();
		} catch (error) {
			if (isInPlace && before !== undefined) this.#open = await (await this.#prepare(before.terms))();
			throw error;
		}
		if (!isInPlace) await before?.listener.close();
	}

	/** The config with all that its files hold. */
	async #terms(config: ListenerConfig): Promise<Terms> {
		const spec = await listenerSpec(config, this.#world);
		if (spec.access.token !== undefined) this.#guard.credential(spec.access.token);
		return { spec, quit: config.quit };
	}

	/** @returns listens */
	async #prepare(terms: Terms): Promise<() => Promise<Open>> {
		const { prepareListener, createTally, metricsOf } = await import("../../status/mod.ts");
		const { redactor, usage } = this.#world;
		const tally = (this.#tally ??= createTally());
		const report = () => this.#report();
		this.#metrics ??= metricsOf({ tally, report, usage, clean: (text) => redactor.clean(text) });
		const listen = await prepareListener(terms.spec, this.#ports(terms, this.#metrics), this.#log);
		return async () => {
			const listener = await listen();
			const { address } = listener;
			this.#log.write("info", "listener", { msg: `health, status and metrics at ${address}`, address });
			return { terms, listener };
		};
	}

	#ports({ quit }: Terms, metrics: () => Promise<string>): ListenerPorts {
		return {
			report: () => this.#report(),
			metrics,
			isAlive: () => this.#parts?.isAlive() ?? true,
			refresh: () => this.#parts?.refresh(),
			...(quit && { quit: () => this.#parts?.quit() }),
		};
	}

	#report(): StatusReport {
		if (this.#parts === undefined) throw new TypeError("Cannot report: the desk is not open");
		const { version, clock, redactor } = this.#world;
		const { child, ...sources } = this.#parts.sources();
		const tally = this.#childTally;
		const clean = (text: string) => redactor.clean(text);
		return statusReport({ version, clock, clean, ...sources, ...(child && { child: { ...child, tally } }) });
	}
}
