import type { Secret } from "../kernel/mod.ts";
import type { VaultClient } from "../vault/mod.ts";

/** What a login or a renewal gave. */
export interface TokenGrant {
	readonly token: Secret;
	/** Names the token in Vault's audit log without being it; empty for batch tokens. */
	readonly accessor: string;
	/** Life of the token in milliseconds from now; 0 when it never ends. */
	readonly ttlMs: number;
	readonly renewable: boolean;
	readonly policies: readonly string[];
	/** What stands for the token is its wrapping, as JSON: nobody can ask Vault anything with it. Default false. */
	readonly isWrapped?: true;
}

/** One way of proving who we are. Implementations hold no timers and try nothing again. */
export interface AuthMethod {
	/** Vault's name of the method. */
	readonly name: "approle" | "cert" | "jwt" | "kubernetes" | "token";
	/** Where the token lives, when that is not the client's own namespace: it is renewed and looked up there. */
	readonly namespace?: string;
	/** Asked for renewals, where Vault ties them to the connection of the login. Default the session's own client. */
	readonly client?: VaultClient;
	/** Whether Vault would still renew what the last login gave. Absent when the method has no say in it. */
	readonly mayRenew?: () => boolean;
	/** Absolute paths of the files that hold what a login shows, for those who watch files. */
	readonly credentialFiles: readonly string[];
	/** What a login shows is the token itself: a new one takes its place at once. A token got by proof outlives it. */
	readonly isTokenItself: boolean;
	/** How often new credentials are looked for, to log in with at once, in milliseconds; absent: when files change. */
	readonly lookEveryMs?: number;
	/**
	 * Whether the files hold something else than the last login read, so that a refused login is worth another try.
	 * A file that is gone, empty or unreadable is no news. Never throws.
	 */
	hasNewCredential(): Promise<boolean>;
	/**
	 * @throws LoginError when Vault or a credential file says no
	 * @throws VaultError when Vault could not be asked
	 */
	login(signal: AbortSignal): Promise<TokenGrant>;
}
