import type { BackoffLimits, Clock, Secret } from "../kernel/mod.ts";
import type { ChildEvent } from "./events.ts";
import type { Front, FrontSpec } from "./front/front.ts";

/** What the operator asked for. */
export interface ChildSpec {
	/** Program and arguments; the program is looked up on the child's own PATH. */
	readonly command: readonly [string, ...string[]];
	/** Asks the child's whole group to end. */
	readonly stopSignal: NodeJS.Signals;
	/** Between the stop signal and SIGKILL to the group, in milliseconds. */
	readonly stopTimeoutMs: number;
	/** A child that has lived this long stands; in milliseconds. */
	readonly startGraceMs: number;
	/** What follows when the child ends by itself. */
	readonly restartOnExit: "never" | "on-failure" | "always";
	/** Pauses between starts that fail. A child that outlives the longest pause starts the row anew. */
	readonly backoff: BackoffLimits;
	/** When a child can serve; without it, one that has lived through the start grace stands. */
	readonly ready?: ReadySpec;
	/** The new child starts beside the old one and takes its connections over; without it, after the old one's end. */
	readonly rolling?: RollingSpec;
}

/** How a child is asked whether it can serve. */
export interface ReadySpec {
	readonly probe: ReadyProbe;
	/** How long a child may take from its start, in milliseconds. */
	readonly timeoutMs: number;
	/** Pause between two questions, in milliseconds. */
	readonly intervalMs: number;
}

/** `http` wants any 2xx, `tcp` a connection that is accepted, `command` exit code 0. */
export type ReadyProbe =
	| { readonly kind: "http"; readonly url: string }
	| { readonly kind: "tcp"; readonly host: string; readonly port: number }
	/** Runs with the child's environment. */
	| { readonly kind: "command"; readonly command: readonly [string, ...string[]] }
	/** `http` on the private port, in rolling alone. */
	| { readonly kind: "http-path"; readonly path: string }
	/** `tcp` on the private port, in rolling alone. */
	| { readonly kind: "tcp-private" };

/** The public address, and what becomes of the connections of a child that is replaced. */
export interface RollingSpec extends FrontSpec {
	/** How long a replaced child may keep its connections, in milliseconds. */
	readonly drainTimeoutMs: number;
}

/** What one generation of the child runs with. */
export interface ChildValues {
	readonly generation: number;
	/** What to run and how to end it; the supervisor's own spec when absent. */
	readonly spec?: ChildSpec;
	/** The whole environment of the child; nothing but the watchdog's mark is added. */
	readonly env: Secret<Readonly<Record<string, string>>>;
	/**
	 * Puts in place what else belongs to this generation, such as its files; awaited before each start, never rejects.
	 *
	 * @returns in rolling: the private port for this start
	 */
	readonly prepare?: () => Promise<number | undefined>;
}

/** How a process ended; `code` is what a shell would report, 128+n after a signal. */
export interface ChildExit {
	readonly code: number;
	readonly signal?: NodeJS.Signals;
}

/** A process that has been asked for; without `pid` it could not be started. */
export interface Spawned {
	readonly pid: number | undefined;
	/** Never rejects. */
	readonly ended: Promise<SpawnEnd>;
}

export type SpawnEnd =
	| {
			readonly kind: "exited";
			readonly code: number | undefined;
			readonly signal: NodeJS.Signals | undefined;
	  }
	| { readonly kind: "failed"; readonly error: Error };

/** Starts a process as leader of a new session and group, on the agent's own stdin, stdout and stderr. */
export type Spawn = (
	command: readonly [string, ...string[]],
	env: Readonly<Record<string, string>>,
) => Spawned;

/** `gone`: there is no such process or group; `refused`: there is, but not one that we may signal. */
export type SignalOutcome = "sent" | "gone" | "refused";

/** Ends the groups that it was told of when the agent dies, however it dies. */
export interface Watchdog {
	/** Begins to guard; to be called before the first `watch`. */
	open(): void;
	/**
	 * A child is about to be started; from here on it is found, whenever the agent dies.
	 *
	 * @returns what the child has to carry in its environment until {@link watch} or {@link forget} has been called
	 */
	announce(stop: Pick<ChildSpec, "stopSignal" | "stopTimeoutMs">): Readonly<Record<string, string>>;
	/** Has taken effect when it returns. */
	watch(pgid: number, stop: Pick<ChildSpec, "stopSignal" | "stopTimeoutMs">): void;
	forget(pgid: number): void;
	/** Lets the watchdog process end. */
	close(): void;
}

/** The operating system's processes, as far as a supervisor needs them. */
export interface Processes {
	/** Loads what it takes to start a process: kept out of the agent's own start. */
	loadSpawn(): Promise<Spawn>;
	/** @param pid negative: the whole group */
	signal(pid: number, name: NodeJS.Signals): SignalOutcome;
	/** Whether the group has a member that still runs: the dead that nobody has reaped do not count. */
	isGroupAlive(pgid: number): boolean;
	/** Stops the agent itself as Ctrl-Z does; absent where the kernel would not (process 1). */
	readonly suspendSelf?: () => void;
	readonly watchdog: Watchdog;
}

/** What a child is asked, at an address that is known by now. */
export type Question =
	| (Extract<ReadyProbe, { kind: "http" | "tcp" }> & {
			/** The child's private port, at which nobody of another user may answer. */
			readonly privatePort?: number;
			/** What an answer to `http` has to be asked with first; a child that expects it understands nothing else. */
			readonly proxyProtocol?: "v1" | "v2";
	  })
	| (Extract<ReadyProbe, { kind: "command" }> & { readonly env: Readonly<Record<string, string>> });

/**
 * Asks once whether a child can serve; never rejects. An abort ends it, and what it has started with it.
 *
 * @returns why it cannot; undefined when it can
 */
export type Ask = (question: Question, signal: AbortSignal) => Promise<string | Unaskable | undefined>;

/** The question itself is impossible: no child can ever answer it. */
export interface Unaskable {
	/** In words that fit behind a colon, as those of any other answer. */
	readonly because: string;
}

/** Ways of asking a child whether it can serve. */
export interface Probes {
	/** Loads what it takes to ask: kept out of the agent's own start. */
	load(): Promise<Ask>;
}

export interface SupervisorDeps {
	readonly clock: Clock;
	/** Source of jitter in [0, 1). */
	readonly random: () => number;
	/** Told of everything that happens to the child; must not throw. */
	readonly observe: (event: ChildEvent) => void;
	readonly processes: Processes;
	readonly probes: Probes;
	/** Makes what owns the public address; there has to be one where a spec says `rolling`. */
	readonly openFront?: (spec: FrontSpec) => Promise<Front>;
}
