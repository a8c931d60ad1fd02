import type { Clock, Log } from "../../kernel/mod.ts";

/** One child's private port on 127.0.0.1. Two children are two targets, whatever their ports: the object is compared. */
export interface Target {
	readonly port: number;
}

/** The public address, and how much is understood of what passes through it. */
export interface FrontSpec {
	readonly listen:
		| { readonly kind: "tcp"; readonly host: string; readonly port: number }
		| { readonly kind: "unix"; readonly path: string };
	/** `http`: clients change over between two requests; `tcp`: between two connections. */
	readonly pass: "http" | "tcp";
	/**
	 * `tcp` alone: a connection with a target that is no longer current is ended when neither side has spoken for so
	 * long, in milliseconds, and the target was the last that did, or nobody ever has. Where the client was, it waits for
	 * an answer, and is left alone until that has come or it is cut.
	 */
	readonly idleTimeoutMs: number;
	/** How the child is told of the client's address, at the start of each connection. */
	readonly proxyProtocol: "none" | "v1" | "v2";
}

/** Counts for status and metrics. */
export interface FrontTally {
	/** Clients that are connected. */
	readonly connections: number;
	/** Clients that have ever been accepted. */
	readonly accepted: number;
	/** Of `connections`: those that wait for a target. */
	readonly waiting: number;
	/** Clients that no target took, or for whom there was no more room. */
	readonly failed: number;
}

/** Owns the public address and passes its connections on to the child of the moment. */
export interface Front {
	/**
	 * Begins to listen.
	 *
	 * @throws AgentError `E_FRONT_LISTEN` when the address cannot be used
	 */
	open(): Promise<void>;
	readonly isOpen: boolean;
	/**
	 * New connections go here from now on, and with `pass: http` new requests of older connections as well.
	 *
	 * @param target undefined: they wait until there is one, for 30 seconds at most
	 */
	switchTo(target: Target | undefined): void;
	/** What is still open with it: connections, or with `pass: http` those with a request under way. */
	openWith(target: Target): number;
	/** Resolves as soon as nothing is open with it. */
	drained(target: Target): Promise<void>;
	/**
	 * Resets what is open with it.
	 *
	 * @returns how many connections that were
	 */
	cut(target: Target): number;
	/**
	 * Stops listening: new clients are refused at once, and the unix socket is gone. Those that wait for a target are let
	 * go, and from now on none waits. What is open stays: connections, or with `pass: http` those with a request under
	 * way, whose answer says that it is the last one.
	 */
	refuse(): void;
	/**
	 * Stops listening, and ends everything: what a target has said before its own end is passed on first.
	 *
	 * @param limits.withinMs how long slow clients may take for that before they are cut, in milliseconds; 2000 by default
	 */
	close(limits?: { readonly withinMs?: number }): Promise<void>;
	readonly tally: FrontTally;
}

export interface FrontDeps {
	readonly clock: Clock;
	/** Told when clients were turned away; not told of single connections. */
	readonly log?: Log;
}

export type CreateFront = (spec: FrontSpec, deps: FrontDeps) => Front;
