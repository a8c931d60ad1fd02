/** Process exit codes (docs/operations.md lists them for users). */
export const ExitCode = {
	done: 0,
	/** An error in the running agent. */
	failed: 1,
	/** Wrong usage or a config that cannot be used. */
	usage: 2,
	/** Vault refused the login. */
	loginRefused: 3,
	/** A secret, a field or a permission is missing. */
	missing: 4,
	/** Timed out waiting for Vault. */
	timeout: 5,
	/** A file, signal, command or call could not be delivered. */
	undeliverable: 6,
} as const;
