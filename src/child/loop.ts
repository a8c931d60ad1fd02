import type { AgentError } from "../kernel/mod.ts";
import type { ChildState } from "./events.ts";
import type { Orders } from "./orders.ts";
import type { ChildExit, ChildSpec, SupervisorDeps } from "./ports.ts";
import type { Report } from "./report.ts";

/** What keeps children alive; the only owner of them and of their state. */
export interface Loop {
	readonly state: ChildState;
	/** First processes of the groups that a signal for the child would reach now, the one that serves first. */
	readonly pids: readonly number[];
	/** When an interrupt was last passed on, by the clock. */
	interruptedAt: number;
	/** Ends when no child is to be started again, and nothing is left of any. */
	run(): Promise<ChildExit>;
	/**
	 * Sends a signal of the operator's choice to the first process of the child.
	 *
	 * @returns true when nothing is left to do
	 */
	signal(name: NodeJS.Signals): boolean;
}

/** What a loop works with. */
export interface LoopParts {
	readonly spec: ChildSpec;
	readonly deps: SupervisorDeps;
	readonly orders: Orders;
	readonly report: Report;
	/** Called when the first child serves, or with the reason why there will be none. */
	readonly onFirst: (error?: AgentError) => void;
}
