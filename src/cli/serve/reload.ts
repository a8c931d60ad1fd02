import type { Agent } from "../../agent/mod.ts";
import { type Config, isSameSetting } from "../../config/mod.ts";
import { AgentError, backoffDelay, formatDuration, type Log, untilAborted } from "../../kernel/mod.ts";
import type { Delivery } from "../../render/mod.ts";
import { deliveryOf } from "../assemble.ts";
import { openLink } from "../link/open-link.ts";
import type { VaultParts } from "../link/vault-parts.ts";
import type { VaultLink } from "../link/vault-links.ts";
import type { World } from "../world.ts";
import { childTermsOf, isForNextChild } from "./child-terms.ts";
import { Gatherer } from "./gather.ts";
import { changesBetween, placeOf, refuseFixed, type Settled, settle } from "./settled.ts";
import type { ServiceManager } from "./systemd.ts";

export interface ReloaderParts {
	/** Reads and checks the config, as at the start. */
	readonly load: () => Promise<Config>;
	readonly agent: Pick<Agent, "adopt" | "refresh">;
	/** What the agent put its files in place with at first. */
	readonly delivery: Delivery;
	readonly vault: VaultParts;
	readonly world: World;
	readonly log: Log;
	readonly systemd: Pick<ServiceManager, "reloading" | "reloaded">;
	/** Told after each reading of the config in force: files that it names may hold something new. */
	readonly reread: (config: Config, result: "done" | "failed") => Promise<void>;
	/** Told of the config that has come into force, for what is neither templates nor Vault nor the child. */
	readonly inForce: (settled: Settled) => Promise<void>;
}

/** How the last reading of the config went. */
export interface ReloadResult {
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Absent when all is well. */
	readonly error?: AgentError;
}

/** Signals in a row, and files that change one after the other, make one reading. */
const GATHER = { quietMs: 200, longestMs: 2000 };

/** Pauses before a config that cannot be taken now, since Vault is away, is tried again. */
const RETRY_BACKOFF = { minMs: 5000, maxMs: 60_000 };

/** Reads the config again when asked, and puts it in force whole or not at all. */
export class Reloader {
	readonly #parts: ReloaderParts;
	readonly #calls: Gatherer;
	#settled: Settled;
	#wantsRefresh = false;
	#failures = 0;
	#retry = new AbortController();
	#last: ReloadResult | undefined;

	constructor(first: Settled, parts: ReloaderParts) {
		this.#settled = first;
		this.#parts = parts;
		this.#calls = new Gatherer(parts.world.clock, GATHER);
	}

	get last(): ReloadResult | undefined {
		return this.#last;
	}

	/** A file has changed. */
	filesChanged(): void {
		this.#calls.call();
	}

	/** Somebody asked, by signal or call: secrets are read at once, too. */
	refresh(): void {
		this.#wantsRefresh = true;
		this.#calls.call();
	}

	/** Serves what is asked for until aborted; never throws but for the abort. */
	async run(signal: AbortSignal): Promise<void> {
		const { agent, vault, systemd } = this.#parts;
		for (;;) {
			await this.#calls.next(signal);
			const wantsRefresh = this.#wantsRefresh;
			this.#wantsRefresh = false;
			await systemd.reloading();
			const mayLogIn = await vault.links.session.credentialsChanged(signal);
			await this.#reload(wantsRefresh, signal);
			await this.#parts.reread(this.#settled.config, this.#last?.error === undefined ? "done" : "failed");
			await systemd.reloaded();
			if (wantsRefresh) vault.links.session.retryNow();
			if (wantsRefresh || mayLogIn) agent.refresh();
		}
	}

	/** @param isAsked somebody waits for an answer, also when there is nothing to tell */
	async #reload(isAsked: boolean, signal: AbortSignal): Promise<void> {
		const { world, log } = this.#parts;
		try {
			const changed = await this.#take(signal);
			this.#retry.abort();
			const isNews = isAsked || changed.length > 0 || this.#last?.error !== undefined;
			this.#last = { at: world.clock.now() };
			this.#failures = 0;
			const what = changed.length > 0 ? `in force: ${changed.join(", ")}` : "nothing in it is new";
			if (isNews) log.write("info", "reload", { msg: `config read again, ${what}`, changed });
		} catch (error) {
			signal.throwIfAborted();
			if (!(error instanceof AgentError)) throw error;
			this.#last = { at: world.clock.now(), error };
			const rest = error.remedy === "retry" ? `, ${this.#tryAgain(signal)}` : "";
			log.write("error", "reload", {
				...error.facts,
				...error.rows,
				msg: `${error.message}; the config before it stays in force${rest}`,
				code: error.code,
			});
		}
	}

	/** In place of a try that was planned before. @returns when, in words */
	#tryAgain(signal: AbortSignal): string {
		const { clock, random } = this.#parts.world;
		const pause = backoffDelay(this.#failures++, RETRY_BACKOFF, random);
		this.#retry.abort();
		this.#retry = new AbortController();
		clock.sleep(pause, AbortSignal.any([signal, this.#retry.signal])).then(
			() => this.#calls.call(),
			() => undefined, // the end came first, or another try
		);
		return `trying again in ${formatDuration(pause)}`;
	}

	/** @returns what is new, in words; nothing when all is as before */
	async #take(signal: AbortSignal): Promise<readonly string[]> {
		const { load, agent, world, vault, inForce, ...parts } = this.#parts;
		const next = await settle(await load(), world);
		const { config, units } = next;
		const { config: before } = this.#settled;
		refuseFixed(before, config);
		const changed = changesBetween(this.#settled, next);
		if (changed.length === 0) return changed;

		const link = await this.#openLink(before, config, signal);
		const last = link && vault.links.replace(link);
		const isElsewhere = !isSameSetting(placeOf(before), placeOf(config));
		if (isElsewhere) vault.moved();
		try {
			const childTerms = isSameSetting(before.exec, config.exec) ? undefined : childTermsOf(config, world);
			const delivery = deliveryOf(config, world, parts.delivery);
			const isLater = childTerms !== undefined && isForNextChild(before, config);
			const terms = { ...(childTerms && { childTerms }), ...(isLater && { isForNextChild: true as const }) };
			const { giveUpAfterMs } = config;
			const bound = giveUpAfterMs === undefined ? {} : { giveUpAfterMs };
			const patience = { ...bound, waitsForMissing: config.onMissing === "wait" };
			const plan = { units, delivery, ...terms, ...patience };
			await untilAborted(agent.adopt(plan), signal); // an agent that has ended decides nothing
			signal.throwIfAborted();
		} catch (error) {
			if (last !== undefined) vault.links.retire(vault.links.replace(last));
			if (isElsewhere) vault.moved();
			throw error;
		}
		if (last !== undefined) vault.links.retire(last);
		link?.session.fillSinks();
		if (isElsewhere) agent.refresh();
		this.#settled = next;
		await inForce(next);
		return changed;
	}

	/** Another server or login has to work before it takes the place of one that does. */
	async #openLink(before: Config, after: Config, signal: AbortSignal): Promise<VaultLink | undefined> {
		if (isSameSetting(before.vault, after.vault) && isSameSetting(before.auth, after.auth)) return undefined;
		const { world, log, vault } = this.#parts;
		const link = openLink(after, { ...vault, world, log });
		try {
			await link.session.token(signal);
			return link;
		} catch (error) {
			await link.end();
			throw error;
		}
	}
}
