import { AgentError, type Secret, untilAborted } from "../kernel/mod.ts";
import type { TokenGrant } from "./auth-method.ts";
import { type Held, HeldToken, newlyHeld } from "./held-token.ts";
import { findLeftToken } from "./left-token.ts";
import { sayLogin } from "./login-log.ts";
import { ReplacedTokens } from "./replaced-tokens.ts";
import { giveBackAll, outlivesUs, type RevocationDeps, revokeAll, within } from "./revocation.ts";
import { SingleFlight } from "./single-flight.ts";
import type { SinkStanding } from "./sinks.ts";
import type { TokenSessionDeps } from "./token-session-deps.ts";
import { TokenTrial } from "./token-trial.ts";
import { TokenUpkeep } from "./token-upkeep.ts";

/** Longest wait for a server that has to take tokens back, at the end. */
const LONGEST_END_MS = 2000;

/**
 * Holds the token: logs in, renews, logs in again. One owner, one loop; everyone else asks for {@link token}.
 */
export class TokenSession {
	readonly #deps: TokenSessionDeps;
	readonly #held = new HeldToken();
	readonly #logins: SingleFlight<Held>;
	readonly #trial: TokenTrial;
	readonly #replaced: ReplacedTokens;
	readonly #revocation: RevocationDeps;
	readonly #fault = Promise.withResolvers<never>();
	#mayTakeUp = true;
	#isLeft = false;
	#fillsSinks: boolean;

	constructor(deps: TokenSessionDeps) {
		this.#deps = deps;
		this.#fillsSinks = deps.sparesSinks !== true;
		const failed = (error: AgentError) => {
			if (deps.endsOnError === true) this.#fault.reject(error);
		};
		this.#fault.promise.catch(() => undefined); // a session that was never in force ends nothing
		this.#logins = new SingleFlight({ ...deps, failed });
		const { client, clock, log, method } = deps;
		const namespace = method.namespace === undefined ? {} : { namespace: method.namespace };
		this.#trial = new TokenTrial(this.#held, { client, clock, log, ...namespace });
		this.#revocation = { client, clock, log, ...namespace };
		this.#replaced = new ReplacedTokens(this.#revocation);
	}

	/** What a status report says of the token. Times in milliseconds since the epoch. */
	get standing() {
		return { method: this.#deps.method.name, ...this.#held.standing };
	}

	/** What a status report says of the sinks. */
	get sinks(): readonly SinkStanding[] {
		return this.#deps.sinks?.standing ?? [];
	}

	/** Absolute paths of the files that hold what a login shows. */
	get credentialFiles(): readonly string[] {
		return this.#deps.method.credentialFiles;
	}

	/** Somebody asked: a login that failed may be tried at once. */
	retryNow(): void {
		this.#logins.retryNow();
	}

	/**
	 * Told that credential files may have changed. Something new makes another try at a login that has failed; a new
	 * token in a file takes the place of the old one, if Vault knows it, and so does that of a method that looks for new
	 * credentials by itself. Nothing else is replaced before its time.
	 *
	 * @returns whether there is something new to log in with and no token: who waits for one need not wait on
	 */
	async credentialsChanged(signal: AbortSignal): Promise<boolean> {
		const { method, clock, log, refreshTls } = this.#deps;
		refreshTls?.();
		if (!(await method.hasNewCredential())) return false;
		this.retryNow();
		const held = this.#held.current;
		if (held === undefined || held.endsAt <= clock.now()) return true;
		if (!method.isTokenItself && method.lookEveryMs === undefined) return false;
		try {
			await this.#loginOnce(signal);
		} catch (error) {
			if (signal.aborted) return false;
			if (!(error instanceof AgentError)) throw error;
			const [what, last] = method.isTokenItself ? ["token", "one"] : ["credential", "token"];
			const msg = `the new ${what} is of no use: ${error.message}; the ${last} before it stays in use`;
			log.write("warn", "login", { msg, code: error.code });
		}
		return false;
	}

	/**
	 * A token that was valid when last heard of; logs in first when there is none (single-flight).
	 *
	 * @throws AgentError when there is no login, or `E_SINK` where sinks have to stand first
	 */
	async token(signal: AbortSignal): Promise<Secret> {
		const { clock, sinks } = this.#deps;
		const last = this.#held.current;
		const held = last !== undefined && last.endsAt > clock.now() ? last : await this.#loginOnce(signal);
		if (sinks !== undefined) {
			await untilAborted(sinks.stand(), signal);
			signal.throwIfAborted();
		}
		return held.grant.token;
	}

	/**
	 * When a token that was held ends, as far as is known, in milliseconds since the epoch: infinite for one without an
	 * end, in the past for one that is dead or was never held. A token that has been replaced keeps its own end.
	 */
	lifeOf(token: Secret): number {
		return this.#held.endOf(token);
	}

	/**
	 * Told that Vault answered 403 to this token. A dead token and a missing policy look alike, unless Vault says
	 * which it is; asking tells them apart, at most once a minute.
	 *
	 * @returns true when the token is dead, or already replaced: the request is worth one more try
	 */
	async isDead(token: Secret, refusal: AgentError, signal: AbortSignal): Promise<boolean> {
		return await this.#trial.isDead(token, refusal, signal);
	}

	/** Told that a request has worked with the token that took the place of a dead one. */
	accepted(): void {
		this.#trial.accepted();
	}

	/** Whether the token, which took the place of a dead one, is so new that a replica may not know it yet. */
	isUnproven(token: Secret): boolean {
		return this.#trial.isUnproven(token);
	}

	/**
	 * Keeps the token alive until aborted, and looks for new credentials where the method asks for it.
	 *
	 * @param wake told when {@link credentialsChanged} says so
	 * @throws AgentError for a login that has failed, where that is the end
	 */
	async keepAlive(signal: AbortSignal, wake = () => {}): Promise<void> {
		const logIn = (abort: AbortSignal) => this.#loginOnce(abort);
		const upkeep = new TokenUpkeep(this.#held, { ...this.#deps, logIn });
		const kept = Promise.all([upkeep.run(signal), this.#lookForCredentials(signal, wake)]);
		await Promise.race([kept, this.#fault.promise]);
	}

	/**
	 * Revokes tokens that a newer login has replaced. Best effort: Vault being away is no fault.
	 *
	 * @param isNeeded whether something still lives by a token, such as a lease
	 */
	async revokeReplaced(isNeeded: (token: Secret) => boolean, signal: AbortSignal): Promise<void> {
		await this.#replaced.revoke(isNeeded, signal);
	}

	/** This session is the one in force: from now on the sinks get its token. */
	fillSinks(): void {
		this.#fillsSinks = true;
		const held = this.#held.current;
		if (held !== undefined) this.#deps.sinks?.put(held.grant.token);
	}

	/** Another session takes the place of this one: its token is kept for what lives by it, and for nothing else. */
	giveUp(): void {
		void this.#deps.sinks?.close(); // or an old token would come after the new one
		const last = this.#held.release();
		if (last !== undefined && !this.#deps.method.isTokenItself) this.#replaced.add(last);
	}

	/** Another agent goes on with the token: the end leaves it as it is. */
	leave(): void {
		this.#isLeft = true;
	}

	/**
	 * The end of the session: no sink is tried any more, and where the config says so its tokens are revoked and taken
	 * out of the sinks. Takes two seconds at most and never throws; the client is still needed meanwhile.
	 */
	async end(): Promise<void> {
		await within(LONGEST_END_MS, this.#deps.clock, (signal) => this.#end(signal));
	}

	async #end(signal: AbortSignal): Promise<void> {
		const { method, clock, sinks, revokesAtEnd } = this.#deps;
		await Promise.all([this.#logins.idle(), sinks?.close()]);
		if (!revokesAtEnd) return;
		const held = this.#isLeft ? undefined : this.#held.current;
		if (held && outlivesUs(held, method.isTokenItself, clock.now())) await giveBackAll(this.#deps, signal);
		if (method.isTokenItself) return;
		if (!this.#isLeft) this.giveUp();
		const cleared = this.#isLeft ? undefined : sinks?.clear();
		await Promise.all([cleared, revokeAll(this.#replaced.alive, this.#revocation, signal)]);
	}

	async #lookForCredentials(signal: AbortSignal, wake: () => void): Promise<void> {
		const { lookEveryMs } = this.#deps.method;
		if (lookEveryMs === undefined) return;
		while (!signal.aborted) {
			await this.#deps.clock.sleep(lookEveryMs, signal).catch(() => undefined);
			if (!signal.aborted && (await this.credentialsChanged(signal))) wake();
		}
	}

	async #loginOnce(signal: AbortSignal): Promise<Held> {
		return await this.#logins.run(() => this.#logIn(signal));
	}

	async #logIn(signal: AbortSignal): Promise<Held> {
		const { method, clock, hide, log, refreshTls, sinks } = this.#deps;
		refreshTls?.();
		const found = await this.#findLeft(signal);
		const grant = found?.grant ?? (await method.login(signal));
		const before = this.#held.current;
		const held = newlyHeld(grant, clock.now(), hide(grant.token));
		this.#held.hold(held);
		this.#deps.expose?.(grant.policies);
		if (this.#fillsSinks) sinks?.put(grant.token);
		if (method.isTokenItself) before?.forget();
		else if (before !== undefined) this.#replaced.add(before);
		sayLogin(log, { method: method.name, grant, foundIn: found?.path });
		return held;
	}

	/** At the start alone: later on the sinks hold what we have put there. */
	async #findLeft(signal: AbortSignal): Promise<{ grant: TokenGrant; path: string } | undefined> {
		const { sinks, takesUp, hide } = this.#deps;
		if (!this.#mayTakeUp || takesUp === undefined) return undefined;
		const { handover, ...own } = takesUp;
		const places = [...(handover ? [handover] : []), ...(sinks?.left ?? [])];
		const found = await findLeftToken(places, { ...this.#revocation, own: { ...own, hide } }, signal);
		this.#mayTakeUp = false;
		return found;
	}
}
