/**
 * What a signal to the agent means for the child.
 *
 * - `stop`: the agent ends; the child gets its stop signal.
 * - `interrupt`: to the group as it is, as a terminal does; a child that ends of it is not started again.
 * - `suspend`: the group stops, then the agent.
 * - `group`: to the group as it is, as a terminal or a shell's job control does.
 * - `program`: to the child's first process alone, as `kill PID` does.
 */
export type SignalMeaning = "stop" | "interrupt" | "suspend" | "group" | "program";

const MEANING = {
	SIGTERM: "stop",
	SIGINT: "interrupt",
	SIGQUIT: "interrupt",
	SIGTSTP: "suspend",
	SIGCONT: "group",
	SIGWINCH: "group",
	SIGUSR1: "program",
	SIGUSR2: "program",
	SIGALRM: "program",
	SIGVTALRM: "program",
	SIGIO: "program",
	SIGPWR: "program",
} as const satisfies Partial<Record<NodeJS.Signals, SignalMeaning>>;

/** A signal that the agent passes on. */
export type ForwardedSignal = keyof typeof MEANING;

/**
 * The signals for which the composition root installs handlers that call `Supervisor.forward`.
 *
 * The child is in a session of its own, so a key on the terminal reaches the agent alone and is
 * passed on exactly once, with a terminal and without.
 *
 * Left out on purpose: SIGHUP means reload to the agent. SIGTTIN and SIGTTOU must keep their default,
 * for the kernel restarts a terminal read or write after a handler, for ever. SIGABRT, SIGSEGV and the
 * like are faults of the agent's own; SIGPIPE, SIGCHLD and SIGPROF belong to its runtime.
 */
export const FORWARDED_SIGNALS = Object.keys(MEANING) as readonly ForwardedSignal[];

/** What the agent does with a signal of the allow list. */
export function meaningOf(name: ForwardedSignal): SignalMeaning {
	return MEANING[name];
}
