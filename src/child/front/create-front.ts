import type { Server, Socket } from "node:net";
import { firstOf } from "../../kernel/mod.ts";
import { Connection } from "./connection.ts";
import { Expiry } from "./expiry.ts";
import type { Front, FrontDeps, FrontSpec, FrontTally, Target } from "./front.ts";
import type { Hub } from "./hub.ts";
import { HttpPassing } from "./http-passing.ts";
import { watchIdle } from "./idle-watch.ts";
import { OpenConnections } from "./open-connections.ts";
import { proxyHeader } from "./proxy-header.ts";
import { listenPublicly } from "./public-server.ts";
import { tcpPassing } from "./tcp-passing.ts";
import { WaitingRoom } from "./waiting-room.ts";

/** How long a client that was told of the end may take to close, in milliseconds. */
const LINGER_MS = 2000;
/**
 * How long a client between two requests may stay without an upstream, in milliseconds: longer than most clients and
 * load balancers keep an idle connection, so that they end it, who know when they ask again.
 */
const ALONE_MS = 120_000;
/** Clients that are turned away are told of once in so many milliseconds. */
const TELL_EVERY_MS = 10_000;

/** A front that does not listen yet; it can be opened once. */
export function createFront(spec: FrontSpec, deps: FrontDeps): Front {
	return new PublicFront(spec, deps);
}

class PublicFront implements Front {
	readonly #spec: FrontSpec;
	readonly #deps: FrontDeps;
	readonly #closed = new AbortController();
	readonly #connections = new Set<Connection>();
	readonly #open = new OpenConnections<Connection>();
	readonly #room: WaitingRoom;
	readonly #alone: Expiry<Connection>;
	readonly #lingering: Expiry<Socket>;
	readonly #hub: Hub & { current: Target | undefined };
	#server: Server | undefined;
	#accepted = 0;
	#failed = 0;
	#toldAt = Number.NEGATIVE_INFINITY;

	constructor(spec: FrontSpec, deps: FrontDeps) {
		this.#spec = spec;
		this.#deps = deps;
		this.#room = new WaitingRoom(deps.clock);
		this.#alone = new Expiry(deps.clock, ALONE_MS, (connection) => connection.finish());
		this.#lingering = new Expiry(deps.clock, LINGER_MS, (socket) => socket.destroy());
		this.#hub = {
			current: undefined,
			open: this.#open,
			room: this.#room,
			alone: this.#alone,
			passing: spec.pass === "http" ? (connection) => new HttpPassing(connection) : tcpPassing,
			header: headerFor(spec.proxyProtocol),
			linger: (socket, isOwed = false) => this.#linger(socket, isOwed),
			failed: () => this.#turnedAway("no child takes them"),
			gone: (connection) => this.#connections.delete(connection),
		};
	}

	get isOpen(): boolean {
		return this.#server?.listening === true;
	}

	get tally(): FrontTally {
		return {
			connections: this.#connections.size,
			accepted: this.#accepted,
			waiting: this.#room.size,
			failed: this.#failed,
		};
	}

	async open(): Promise<void> {
		this.#server = await listenPublicly(this.#spec.listen, {
			accept: (client) => {
				this.#accepted++;
				this.#connections.add(new Connection(client, this.#hub));
			},
			refused: () => this.#turnedAway("this process can open no more connections"),
		});
	}

	switchTo(target: Target | undefined): void {
		const before = this.#hub.current;
		if (target === before) return;
		this.#hub.current = target;
		for (const one of [before, target]) {
			if (one !== undefined) for (const connection of this.#open.with(one)) connection.switched();
		}
		if (before !== undefined && this.#spec.pass === "tcp") this.#watchIdle(before);
		this.#room.tryAll();
	}

	openWith(target: Target): number {
		return this.#open.busyWith(target);
	}

	drained(target: Target): Promise<void> {
		return this.#open.drained(target);
	}

	cut(target: Target): number {
		const left = this.#open.with(target);
		for (const connection of left) connection.cut();
		return left.length;
	}

	refuse(): void {
		this.#server?.close();
		this.#room.close();
		for (const connection of this.#connections) connection.refused();
	}

	async close({ withinMs = LINGER_MS }: { readonly withinMs?: number } = {}): Promise<void> {
		this.refuse();
		const server = this.#server;
		const closed = new Promise<unknown>((resolve) => server?.close(resolve) ?? resolve(undefined));
		this.#closed.abort();
		this.#alone.close();
		for (const socket of this.#lingering.members()) socket.destroy();
		for (const connection of this.#connections) connection.close();
		await firstOf(closed, withinMs, { clock: this.#deps.clock });
		this.#lingering.close();
		for (const connection of this.#connections) connection.cut();
		await closed;
	}

	/** What was flushed is with the kernel, and in a container that goes with the process: a client that closes has it. */
	#linger(socket: Socket, isOwed: boolean): void {
		if (this.#closed.signal.aborted && !isOwed) socket.destroy();
		else {
			this.#lingering.add(socket);
			socket.once("close", () => this.#lingering.delete(socket));
		}
	}

	#watchIdle(target: Target): void {
		void watchIdle({
			clock: this.#deps.clock,
			idleTimeoutMs: this.#spec.idleTimeoutMs,
			connections: () => (target === this.#hub.current ? [] : this.#open.with(target)),
			signal: this.#closed.signal,
		});
	}

	#turnedAway(reason: string): void {
		const { clock, log } = this.#deps;
		this.#failed++;
		if (clock.now() - this.#toldAt < TELL_EVERY_MS) return;
		this.#toldAt = clock.now();
		const { failed, waiting } = this.tally;
		log?.write("warn", "front", { msg: `clients are turned away: ${reason}`, failed, waiting });
	}
}

function headerFor(version: FrontSpec["proxyProtocol"]): Hub["header"] {
	return version === "none" ? () => undefined : (client) => proxyHeader(version, client);
}
