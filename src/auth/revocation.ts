import type { Clock, Log } from "../kernel/mod.ts";
import type { VaultClient } from "../vault/mod.ts";
import type { Held } from "./held-token.ts";

export interface RevocationDeps {
	readonly client: VaultClient;
	readonly clock: Clock;
	readonly log: Log;
	/** Where the tokens live, when that is not the client's own namespace. */
	readonly namespace?: string;
}

/** Revokes a token by itself. @throws VaultError */
export async function revokeSelf({ grant }: Held, deps: RevocationDeps, signal: AbortSignal): Promise<void> {
	const { token, accessor } = grant;
	if (accessor === "") return; // a batch token: it ends by itself, there is no other way
	const namespace = deps.namespace === undefined ? {} : { namespace: deps.namespace };
	const call = { method: "POST", path: "auth/token/revoke-self", body: {}, token } as const;
	await deps.client.send({ ...call, ...namespace }, signal);
	deps.log.write("debug", "revoked", { msg: "token revoked", accessor });
}

/** Revokes tokens side by side, at the end of a session. Never throws: what is left over ends by itself. */
export async function revokeAll(
	tokens: readonly Held[],
	deps: RevocationDeps,
	signal: AbortSignal,
): Promise<void> {
	const one = async (held: Held) => {
		try {
			await revokeSelf(held, deps, signal);
		} catch (error) {
			const why = error instanceof Error ? error.message : "unknown fault";
			const msg = `the token could not be revoked (${why}); it ends by itself`;
			deps.log.write("warn", "revoked", { msg, accessor: held.grant.accessor });
		}
	};
	await Promise.all(tokens.map(one));
}

/** Whether a token is alive and is not revoked at the end: it was given to us, or is a batch token. */
export function outlivesUs({ grant, endsAt }: Held, isGiven: boolean, now: number): boolean {
	return endsAt > now && (isGiven || grant.accessor === "");
}

interface GivingBack extends Pick<RevocationDeps, "log"> {
	readonly giveBack?: (signal: AbortSignal) => Promise<void>;
}

/** Gives back, at the end of a session, what came of a token that stays. Never throws. */
export async function giveBackAll({ giveBack, log }: GivingBack, signal: AbortSignal): Promise<void> {
	try {
		await giveBack?.(signal);
	} catch (error) {
		const why = error instanceof Error ? error.message : "unknown fault";
		const msg = `what came of the token could not be given back (${why}); it ends by itself`;
		log.write("warn", "revoked", { msg });
	}
}

/** Part of a bound after which work is told to stop; the rest is for it to say so. */
const STOP_AT = 0.95;

/** Does the work, but waits for it no longer than so many milliseconds; its signal aborts shortly before. */
export async function within(
	ms: number,
	clock: Clock,
	work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
	const late = new AbortController();
	const done = new AbortController();
	const bound = async () => {
		await clock.sleep(ms * STOP_AT, done.signal);
		late.abort(new Error("the server takes too long"));
		await clock.sleep(ms * (1 - STOP_AT), done.signal);
	};
	try {
		await Promise.race([work(late.signal), bound()]);
	} finally {
		done.abort();
	}
}
