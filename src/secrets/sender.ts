import type { Secret } from "../kernel/mod.ts";
import { type VaultCall, type VaultClient, VaultError, type VaultReply } from "../vault/mod.ts";

/** Who we are, as reading needs it; `auth` provides it. */
export interface TokenSource {
	token(signal: AbortSignal): Promise<Secret>;
	/** Whether a token that met this 403 is dead or replaced, so that one more try makes sense. */
	isDead(token: Secret, refusal: VaultError, signal: AbortSignal): Promise<boolean>;
	/**
	 * When a token ends, in milliseconds since the epoch, also of one that has been replaced: infinite for one without
	 * an end, in the past for one that is dead. Its leases end with it.
	 */
	lifeOf(token: Secret): number;
}

export interface SenderDeps {
	readonly client: VaultClient;
	readonly tokens: TokenSource;
}

/** A reply, and the token that it was given to. */
export interface Answer {
	readonly reply: VaultReply;
	readonly token: Secret;
}

/** Sends one request as whoever we are now. But for a dead token it tries nothing again. */
export async function send(
	{ client, tokens }: SenderDeps,
	call: VaultCall,
	signal: AbortSignal,
): Promise<Answer> {
	const token = await tokens.token(signal);
	try {
		return { reply: await client.send({ ...call, token }, signal), token };
	} catch (error) {
		if (!(error instanceof VaultError) || error.status !== 403) throw error;
		if (!(await tokens.isDead(token, error, signal))) throw error;
		const next = await tokens.token(signal);
		return { reply: await client.send({ ...call, token: next }, signal), token: next };
	}
}
