import {
	AgentError,
	type BackoffLimits,
	type Clock,
	firstOf,
	formatDuration,
	type Log,
	Reminder,
	untilAborted,
} from "../kernel/mod.ts";
import { pauseAfter, type VaultClient, VaultError } from "../vault/mod.ts";
import type { AuthMethod } from "./auth-method.ts";
import { grantOf } from "./grant.ts";
import type { Held, HeldToken } from "./held-token.ts";
import { isNearMaximum, renewalDelay } from "./renewal.ts";

interface UpkeepDeps {
	readonly method: AuthMethod;
	readonly client: VaultClient;
	readonly clock: Clock;
	readonly random: () => number;
	readonly backoff: BackoffLimits;
	readonly log: Log;
	/** A fresh login; single-flight. */
	readonly logIn: (signal: AbortSignal) => Promise<unknown>;
}

/** Below this, waiting for a part of what is left would turn into a loop that never gets there. */
const SHORTEST_WAIT_MS = 1000;

/** So many tokens in a row whose renewal was refused are no accident: the next ones are not even tried. */
const MOST_REFUSALS = 2;

/** Keeps the held token alive: renews it, or has it replaced by a login. */
export class TokenUpkeep {
	readonly #holder: HeldToken;
	readonly #deps: UpkeepDeps;
	#refusals = 0;
	#reminder = new Reminder();

	constructor(holder: HeldToken, deps: UpkeepDeps) {
		this.#holder = holder;
		this.#deps = deps;
	}

	/** Until aborted. Never throws but for the abort. */
	async run(signal: AbortSignal): Promise<void> {
		let fault: AgentError | undefined;
		for (let failures = 0; !signal.aborted; ) {
			const { current: held, change } = this.#holder;
			if (held === undefined || held.grant.ttlMs <= 0) {
				await untilAborted(change, signal);
				[failures, fault] = [0, undefined];
				continue;
			}
			const { clock } = this.#deps;
			const woken = await firstOf(change, this.#wait(held, { failures, fault }), { clock, order: signal });
			if (signal.aborted) return;
			const isOther = woken === "event" || this.#holder.current !== held;
			fault = isOther ? undefined : await this.#advance(held, signal);
			failures = fault === undefined ? 0 : failures + 1;
		}
	}

	/** Milliseconds until the held token is renewed or replaced; after a failure, the back-off. */
	#wait(held: Held, { failures, fault }: { failures: number; fault: AgentError | undefined }): number {
		const { backoff, random, clock } = this.#deps;
		if (fault !== undefined) return pauseAfter(fault, failures - 1, { limits: backoff, random });
		const remaining = { ...held.grant, ttlMs: Math.max(0, held.endsAt - clock.now()) };
		return Math.max(SHORTEST_WAIT_MS, renewalDelay(remaining, random) ?? 0);
	}

	/** @returns the fault, or `undefined` when the token is in order now */
	async #advance(held: Held, signal: AbortSignal): Promise<AgentError | undefined> {
		const { clock, log } = this.#deps;
		try {
			if (this.#isRenewable(held)) await this.#renew(held, signal);
			else await this.#deps.logIn(signal);
			this.#reminder = new Reminder();
			return undefined;
		} catch (error) {
			if (signal.aborted) return undefined;
			if (!(error instanceof AgentError)) throw error;
			const left = held.endsAt - clock.now();
			const rest = left > 0 ? `the token is good for ${formatDuration(left)} more` : "the token has ended";
			log.write(this.#reminder.isDue(error.code, clock.now()) ? "warn" : "debug", "login", {
				msg: `the token could not be renewed: ${error.message}; ${rest}, trying again`,
				code: error.code,
			});
			return error;
		}
	}

	#isRenewable({ grant, isFinal, endsAt }: Held): boolean {
		const { clock, method } = this.#deps;
		if (!grant.renewable || isFinal || endsAt <= clock.now()) return false;
		return this.#refusals < MOST_REFUSALS && (method.mayRenew?.() ?? true);
	}

	async #renew(held: Held, signal: AbortSignal): Promise<void> {
		const { clock, log, method } = this.#deps;
		const client = method.client ?? this.#deps.client;
		const { token } = held.grant;
		try {
			const call = { method: "POST", path: "auth/token/renew-self", body: {}, token } as const;
			const namespace = method.namespace === undefined ? {} : { namespace: method.namespace };
			const renewed = { ...grantOf(await client.send({ ...call, ...namespace }, signal)), token };
			this.#refusals = 0;
			if (this.#holder.current !== held) return; // replaced meanwhile
			const isFinal = isNearMaximum(held.grant, renewed);
			const now = clock.now();
			this.#holder.hold({ ...held, grant: renewed, renewedAt: now, endsAt: now + renewed.ttlMs, isFinal });
			log.write("debug", "renewed", { msg: `token renewed, ttl ${formatDuration(renewed.ttlMs)}` });
		} catch (error) {
			if (!(error instanceof VaultError) || error.remedy === "retry" || error.status === undefined)
				throw error;
			// Vault said no for good (policy, not renewable, revoked). What is left of the token is used; then a login.
			this.#refusals++;
			if (this.#refusals === 1) {
				log.write("warn", "login", {
					msg: `Vault will not renew the token (${error.status}); logging in again`,
				});
			}
			if (this.#holder.current === held) this.#holder.hold({ ...held, isFinal: true });
			await this.#deps.logIn(signal);
		}
	}
}
