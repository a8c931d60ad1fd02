import type { ChildEvent, ChildSpec, ChildState, Supervisor } from "../child/mod.ts";
import type { ChangeAction } from "./spec.ts";

/** Values of the child's variables, by name. */
export type Variables = ReadonlyMap<string, string>;

/** The child. */
export interface ChildPort {
	readonly supervisor: Pick<Supervisor, "start" | "replace" | "signal"> & { readonly state: ChildState };
	/** How it is run at first. */
	readonly terms: ChildTerms;
	/** Has the listener told of everything that happens to it, as it happens. */
	readonly subscribe: (listener: (event: ChildEvent) => void) => void;
	/** A port for a child that is about to start beside the one that serves; there exactly in rolling. */
	readonly freePort?: () => Promise<number>;
}

/** How the child is run. */
export interface ChildTerms {
	/** What to run and how to end it; the supervisor's own when absent. */
	readonly spec?: ChildSpec;
	/** Longest wait at random before the child is restarted or gets a signal, in milliseconds; none when absent. */
	readonly splayMs?: number;
	/** It is not restarted for other variables. */
	readonly keepsVariables?: boolean;
	/** The whole environment: what the child inherits, and its variables. */
	environment(variables: Variables): Readonly<Record<string, string>>;
}

/** Carries out what concerns others than the child. */
export interface NoticePort {
	/** @throws AgentError when it failed, with the reason */
	run(action: ChangeAction & { kind: "command" }, signal: AbortSignal): Promise<void>;
	/** @throws AgentError when it failed, with the reason */
	call(action: ChangeAction & { kind: "http" }, signal: AbortSignal): Promise<void>;
}
