import type { BackoffLimits, Clock, Log, Secret } from "../kernel/mod.ts";
import type { VaultClient } from "../vault/mod.ts";
import type { AuthMethod } from "./auth-method.ts";
import type { LeftToken, OwnLogin } from "./left-token.ts";
import type { Sinks } from "./sinks.ts";

/** What a {@link TokenSession} works with. */
export interface TokenSessionDeps {
	readonly method: AuthMethod;
	readonly client: VaultClient;
	readonly clock: Clock;
	readonly random: () => number;
	readonly backoff: BackoffLimits;
	readonly log: Log;
	/** Hides a token in whatever is printed, until the returned function has been called. */
	readonly hide: (token: Secret) => () => void;
	/** Told names that are no secrets though a credential may be spelled alike: those of the token's policies. */
	readonly expose?: (names: readonly string[]) => void;
	/** Reads the TLS files again; called before each login. */
	readonly refreshTls?: () => void;
	readonly sinks?: Sinks;
	/** The sinks are another's until {@link TokenSession.fillSinks}. Default false. */
	readonly sparesSinks?: boolean;
	/** The login whose token is taken up where it was left, also in a sink; absent when none is to be taken. */
	readonly takesUp?: Omit<OwnLogin, "hide"> & { readonly handover?: LeftToken };
	/** Revoke the token at the end. Default false. */
	readonly revokesAtEnd?: boolean;
	/** A login that fails is told to who keeps the token alive, as the end of it all. Default false. */
	readonly endsOnError?: boolean;
	/** Gives back what came of the token where that itself cannot be. Throws the abort alone. */
	readonly giveBack?: (signal: AbortSignal) => Promise<void>;
}
