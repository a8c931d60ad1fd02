import { ExitCode, type Secret } from "../kernel/mod.ts";
import { type VaultCall, type VaultClient, VaultError, type VaultReply } from "../vault/mod.ts";

/** Who we are, as reading needs it; `auth` provides it. */
export interface TokenSource {
	token(signal: AbortSignal): Promise<Secret>;
	/** Whether a token that met this 403 is dead or replaced, so that one more try makes sense. */
	isDead(token: Secret, refusal: VaultError, signal: AbortSignal): Promise<boolean>;
	/** Told that a request has worked with the token that took the place of a dead one. */
	accepted(): void;
	/** Whether a token that took the place of a dead one is so new that a replica may not know it yet. */
	isUnproven(token: Secret): boolean;
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
export async function send(deps: SenderDeps, call: VaultCall, signal: AbortSignal): Promise<Answer> {
	const { client, tokens } = deps;
	const token = await tokens.token(signal);
	try {
		return { reply: await client.send({ ...call, token }, signal), token };
	} catch (error) {
		if (!isDenied(error)) throw error;
		if (!(await tokens.isDead(token, error, signal))) throw judged(error, token, tokens);
		return await sendAgain(deps, call, signal);
	}
}

async function sendAgain(
	{ client, tokens }: SenderDeps,
	call: VaultCall,
	signal: AbortSignal,
): Promise<Answer> {
	const token = await tokens.token(signal);
	try {
		const reply = await client.send({ ...call, token }, signal);
		tokens.accepted();
		return { reply, token };
	} catch (error) {
		throw isDenied(error) ? judged(error, token, tokens) : error;
	}
}

function isDenied(error: unknown): error is VaultError {
	return error instanceof VaultError && error.status === 403;
}

/** A refusal that says nothing yet, as long as the token may simply not have got about. */
function judged(refusal: VaultError, token: Secret, tokens: TokenSource): VaultError {
	if (!tokens.isUnproven(token)) return refusal;
	return new VaultError(`Vault refuses the token that it has just given (${refusal.message})`, {
		code: "E_TOKEN_UNPROVEN",
		exitCode: ExitCode.timeout,
		remedy: "retry",
		status: 403,
		rows: { ...refusal.rows, do: "nothing: it is tried again, for a replica may not know the token yet" },
		facts: refusal.facts,
		cause: refusal,
	});
}
