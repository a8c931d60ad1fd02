import type { CommandEnvConfig } from "./config.ts";
import type { ListenAddress } from "./listen-address.ts";

/** The child. */
export interface ExecConfig {
	/** `{{port}}` in it stands for the child's private port; there with `rolling` alone. */
	readonly command: readonly string[];
	readonly onChange:
		| { readonly kind: "none" }
		| { readonly kind: "restart" }
		| { readonly kind: "rolling" }
		| { readonly kind: "signal"; readonly signal: NodeJS.Signals };
	/** The child keeps the variables that it was started with. */
	readonly fixedEnv: boolean;
	/** The longest wait at random before a restart, in milliseconds. */
	readonly splayMs: number;
	readonly stopSignal: NodeJS.Signals;
	/** Between the stop signal and SIGKILL, in milliseconds. */
	readonly stopTimeoutMs: number;
	/** A new child that ends within this time is put back on the previous values, in milliseconds. */
	readonly startGraceMs: number;
	readonly restartOnExit: "never" | "on-failure" | "always";
	/** True, or the names that pass from the agent's environment to the child, or the patterns of such names. */
	readonly inheritEnv: true | readonly string[] | CommandEnvConfig;
	/** When a new child counts as up; absent: when it has lived through the start grace. */
	readonly ready?: ReadyConfig;
	/** There exactly where `onChange` is rolling. */
	readonly rolling?: RollingConfig;
}

/** How a new child is asked whether it can take work. */
export interface ReadyConfig {
	readonly probe:
		| { readonly kind: "http"; readonly url: string }
		| { readonly kind: "tcp"; readonly host: string; readonly port: number }
		| { readonly kind: "command"; readonly command: readonly [string, ...string[]] }
		/** On the child's private port. */
		| { readonly kind: "http-path"; readonly path: string }
		/** On the child's private port. */
		| { readonly kind: "tcp-private" };
	/** A child that is not ready by then is ended. */
	readonly timeoutMs: number;
	/** Between two questions. */
	readonly intervalMs: number;
}

/** What stands between the public address and the child of the moment. */
export interface RollingConfig {
	/** The public address. */
	readonly listen: ListenAddress;
	/** How much is understood of what passes through. */
	readonly pass: "http" | "tcp";
	/** How long the old child may keep what is open with it. */
	readonly drainTimeoutMs: number;
	/** `pass: tcp` alone: a connection of the old child on which that spoke last, so long ago, is ended. */
	readonly idleTimeoutMs: number;
	/** How the child is told of the client's address. */
	readonly proxyProtocol: "none" | "v1" | "v2";
}
