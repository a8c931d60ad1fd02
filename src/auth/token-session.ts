import {
	AgentError,
	type BackoffLimits,
	backoffDelay,
	type Clock,
	formatDuration,
	type Log,
	type Secret,
} from "../kernel/mod.ts";
import { type VaultClient, VaultError } from "../vault/mod.ts";
import type { AuthMethod, TokenGrant } from "./auth-method.ts";
import { grantOf } from "./grant.ts";
import { Liveness } from "./liveness.ts";
import { isNearMaximum, renewalDelay } from "./renewal.ts";
import { SingleFlight } from "./single-flight.ts";

export interface TokenSessionDeps {
	readonly method: AuthMethod;
	readonly client: VaultClient;
	readonly clock: Clock;
	readonly random: () => number;
	readonly backoff: BackoffLimits;
	readonly log: Log;
	/** Hides a token in whatever is printed, until the returned function has been called. */
	readonly hide: (token: Secret) => () => void;
}

interface Held {
	readonly grant: TokenGrant;
	/** When it ends, in milliseconds since the epoch. */
	readonly endsAt: number;
	/** Near its maximum, or Vault forbids the renewal: the next step is a fresh login. */
	readonly isFinal: boolean;
	readonly forget: () => void;
}

/** Below this, waiting for a part of what is left would turn into a loop that never gets there. */
const SHORTEST_WAIT_MS = 1000;

/** How often "invalid token" is believed without asking. */
const TRUST_WORDS_EVERY_MS = 60_000;

/** So many tokens in a row whose renewal was refused are no accident: the next ones are not even tried. */
const MOST_REFUSALS = 2;

/**
 * Holds the token: logs in, renews, logs in again. One owner, one loop; everyone else asks for {@link token}.
 */
export class TokenSession {
	readonly #deps: TokenSessionDeps;
	#held: Held | undefined;
	readonly #logins: SingleFlight<Held>;
	readonly #liveness: Liveness;
	#refusals = 0;
	#trustedAt = Number.NEGATIVE_INFINITY;
	#wake = Promise.withResolvers<void>();

	constructor(deps: TokenSessionDeps) {
		this.#deps = deps;
		this.#logins = new SingleFlight(deps);
		const { client, clock, method } = deps;
		const namespace = method.namespace === undefined ? {} : { namespace: method.namespace };
		this.#liveness = new Liveness({ client, clock, ...namespace });
	}

	/** Somebody asked: a login that failed may be tried at once. */
	retryNow(): void {
		this.#logins.retryNow();
	}

	/** A token that was valid when last heard of; logs in first when there is none (single-flight). */
	async token(signal: AbortSignal): Promise<Secret> {
		if (this.#held !== undefined && this.#held.endsAt > this.#deps.clock.now()) return this.#held.grant.token;
		return (await this.#loginOnce(signal)).grant.token;
	}

	/**
	 * Told that Vault answered 403 to this token. A dead token and a missing policy look alike, unless Vault says
	 * which it is; asking tells them apart, at most once a minute.
	 *
	 * @returns true when the token is dead, or already replaced: the request is worth one more try
	 */
	async isDead(token: Secret, refusal: AgentError, signal: AbortSignal): Promise<boolean> {
		const held = this.#held;
		if (held === undefined || held.grant.token !== token) return true;
		const isKnown = refusal.remedy === "relogin" && this.#mayTrustWords();
		if (!isKnown && !(await this.#liveness.isDead(token, signal))) return false;
		if (this.#held === held) {
			this.#held = undefined;
			this.#deps.log.write("warn", "login", { msg: "Vault no longer knows the token; logging in again" });
		}
		return true;
	}

	/** Keeps the token alive until aborted. Never throws but for the abort. */
	async keepAlive(signal: AbortSignal): Promise<void> {
		for (let failures = 0, asked = 0; !signal.aborted; ) {
			const held = this.#held;
			const change = this.#wake.promise;
			if (held === undefined || held.grant.ttlMs <= 0) {
				await Promise.race([change, aborted(signal)]);
				failures = 0;
				continue;
			}
			const replaced = await this.#pause(this.#wait(held, { failures, asked }), change, signal);
			if (signal.aborted) return;
			const fault = replaced || this.#held !== held ? undefined : await this.#advance(held, signal);
			failures = fault === undefined ? 0 : failures + 1;
			asked = fault instanceof VaultError ? (fault.retryAfterMs ?? 0) : 0;
		}
	}

	/** Once a minute: where every new token is called invalid, logging in faster would only flood Vault. */
	#mayTrustWords(): boolean {
		const now = this.#deps.clock.now();
		if (now - this.#trustedAt < TRUST_WORDS_EVERY_MS) return false;
		this.#trustedAt = now;
		return true;
	}

	/** Milliseconds until the held token is renewed or replaced; after a failure, the back-off. */
	#wait(held: Held, { failures, asked }: { failures: number; asked: number }): number {
		const { backoff, random, clock } = this.#deps;
		if (failures > 0) return Math.max(asked, backoffDelay(failures - 1, backoff, random));
		const remaining = { ...held.grant, ttlMs: Math.max(0, held.endsAt - clock.now()) };
		return Math.max(SHORTEST_WAIT_MS, renewalDelay(remaining, random) ?? 0);
	}

	async #pause(ms: number, change: Promise<void>, signal: AbortSignal): Promise<boolean> {
		const stop = new AbortController();
		const either = AbortSignal.any([signal, stop.signal]);
		const slept = this.#deps.clock.sleep(ms, either).then(
			() => false,
			() => true,
		);
		try {
			return await Promise.race([slept, change.then(() => true)]);
		} finally {
			stop.abort();
		}
	}

	/** @returns the fault, or `undefined` when the token is in order now */
	async #advance(held: Held, signal: AbortSignal): Promise<AgentError | undefined> {
		const { clock, log } = this.#deps;
		const isEnded = held.endsAt <= clock.now();
		const isRenewed = held.grant.renewable && !held.isFinal && !isEnded && this.#refusals < MOST_REFUSALS;
		try {
			if (isRenewed) await this.#renew(held, signal);
			else await this.#loginOnce(signal);
			return undefined;
		} catch (error) {
			if (signal.aborted) return undefined;
			if (!(error instanceof AgentError)) throw error;
			const left = held.endsAt - clock.now();
			const rest = left > 0 ? `the token is good for ${formatDuration(left)} more` : "the token has ended";
			log.write("warn", "login", {
				msg: `the token could not be renewed: ${error.message}; ${rest}, trying again`,
				code: error.code,
			});
			return error;
		}
	}

	async #renew(held: Held, signal: AbortSignal): Promise<void> {
		const { client, clock, log, method } = this.#deps;
		const { token } = held.grant;
		try {
			const call = { method: "POST", path: "auth/token/renew-self", body: {}, token } as const;
			const namespace = method.namespace === undefined ? {} : { namespace: method.namespace };
			const renewed = { ...grantOf(await client.send({ ...call, ...namespace }, signal)), token };
			this.#refusals = 0;
			if (this.#held !== held) return; // replaced meanwhile
			const isFinal = isNearMaximum(held.grant, renewed);
			this.#hold({ ...held, grant: renewed, endsAt: clock.now() + renewed.ttlMs, isFinal });
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
			if (this.#held === held) this.#hold({ ...held, isFinal: true });
			await this.#loginOnce(signal);
		}
	}

	async #loginOnce(signal: AbortSignal): Promise<Held> {
		return await this.#logins.run(() => this.#logIn(signal));
	}

	async #logIn(signal: AbortSignal): Promise<Held> {
		const { method, clock, hide, log } = this.#deps;
		const grant = await method.login(signal);
		const before = this.#held;
		const held: Held = {
			grant,
			endsAt: grant.ttlMs > 0 ? clock.now() + grant.ttlMs : Number.POSITIVE_INFINITY,
			isFinal: false,
			forget: hide(grant.token),
		};
		this.#hold(held);
		before?.forget();
		const ttl = grant.ttlMs > 0 ? `ttl ${formatDuration(grant.ttlMs)}` : "no ttl";
		log.write("info", "login", {
			msg: `${method.name} ok, ${ttl}, policies ${grant.policies.join(" ") || "none"}`,
			method: method.name,
			accessor: grant.accessor,
			policies: grant.policies,
			ttl_seconds: grant.ttlMs / 1000,
		});
		return held;
	}

	#hold(held: Held): void {
		this.#held = held;
		this.#wake.resolve();
		this.#wake = Promise.withResolvers<void>();
	}
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
