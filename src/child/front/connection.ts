import { connect, type Socket } from "node:net";
import type { Target } from "./front.ts";
import type { Hub } from "./hub.ts";
import type { Passing } from "./passing.ts";
import { reset, resetWhenFlushed, retire } from "./sockets.ts";
import type { Waiter } from "./waiting-room.ts";

/** One client, and the upstream that it is passed on to at the moment. */
export class Connection implements Waiter {
	/** The client was the last to speak. */
	isAwaitingAnswer = false;
	readonly #client: Socket;
	readonly #hub: Hub;
	readonly #passing: Passing;
	readonly #header: Buffer | undefined;
	#upstream: Socket | undefined;
	#target: Target | undefined;
	/** An upstream that is not connected yet. */
	#dialing: Socket | undefined;
	/** Nothing is passed on any more. */
	#isOver = false;
	/** It ends with what its upstream says. */
	#isClosing = false;
	/** The front ends, and some of what its upstream has said may not have arrived yet. */
	#isOwed = false;

	/** @param client paused */
	constructor(client: Socket, hub: Hub) {
		this.#client = client;
		this.#hub = hub;
		this.#header = hub.header(client);
		this.#passing = hub.passing(this);
		client.on("data", (bytes: Buffer) => {
			this.isAwaitingAnswer = true;
			this.#passing.fromClient(bytes);
		});
		client.on("drain", () => this.#upstream?.resume());
		client.on("end", () => {
			if (!this.#isOver) this.#passing.clientEnded();
		});
		client.on("error", () => this.#clientFailed());
		client.on("close", () => this.#clientClosed());
		this.connect();
	}

	get isConnected(): boolean {
		return this.#upstream !== undefined;
	}

	/** It is with a target that is not the current one any more, or is to end with what is under way. */
	get isStale(): boolean {
		return this.#target !== this.#hub.current || this.#hub.room.isClosed;
	}

	get isBusy(): boolean {
		return this.#passing.isBusy;
	}

	/** Grows whenever one side speaks. */
	get spoken(): number {
		return this.#client.bytesRead + (this.#upstream?.bytesRead ?? 0);
	}

	/** What was said has not been passed on yet. */
	get hasBacklog(): boolean {
		return this.#client.writableLength > 0 || (this.#upstream?.writableLength ?? 0) > 0;
	}

	/** The client's own end of sending. */
	get hasClientEnded(): boolean {
		return this.#client.readableEnded;
	}

	/** Asks the current target for a connection; waits where there is none, or where it takes none. */
	connect(): void {
		if (this.#dialing !== undefined || this.#upstream !== undefined || this.#isOver) return;
		this.#hub.alone.delete(this);
		const target = this.#hub.current;
		if (target === undefined) this.#wait();
		else this.#dial(target);
	}

	toUpstream(bytes: Buffer): void {
		if (this.#upstream?.write(bytes) === false) this.#client.pause();
	}

	toClient(bytes: Buffer): void {
		if (!this.#client.write(bytes)) this.#upstream?.pause();
	}

	/** Reads from the client, unless something keeps it from being passed on. */
	resume(): void {
		if (!this.#passing.holdsBack && this.#upstream?.writableNeedDrain !== true) this.#client.resume();
	}

	pause(): void {
		this.#client.pause();
	}

	endUpstream(): void {
		this.#upstream?.end();
	}

	endClient(): void {
		this.#client.end();
	}

	/** Leaves the upstream, which has nothing to say any more; the client notices nothing, unless there will be no other. */
	leaveUpstream(): void {
		if (this.#hub.room.isClosed) {
			this.finish();
			return;
		}
		const upstream = this.#release();
		if (upstream !== undefined) retire(upstream, () => upstream.destroy());
		this.#hub.alone.add(this);
		this.resume();
	}

	/** Ends both sides; the client gets what was written to it before. What they still send is thrown away. */
	finish(): void {
		this.#isOver = true;
		const upstream = this.#release();
		if (upstream !== undefined) {
			retire(upstream);
			this.#hub.linger(upstream); // whether or not it takes what was written to it
		}
		retire(this.#client, () => this.#hub.linger(this.#client, this.#isOwed));
	}

	/** The current target is another one now. */
	switched(): void {
		this.#passing.switched();
	}

	giveUp(): void {
		this.#hub.failed();
		this.cut();
	}

	/** There will be no other target: who has none and asks for none need not stay. */
	refused(): void {
		if (this.#upstream !== undefined) this.#passing.switched();
		else if (this.#dialing === undefined) this.finish();
	}

	/** Ends it as soon as its target has said all; at once where nothing is under way. */
	close(): void {
		const upstream = this.#upstream;
		const isSilent = upstream === undefined || upstream.readableEnded || !this.isBusy;
		this.#isClosing = true;
		this.#isOwed = !isSilent || this.#client.writableLength > 0;
		if (isSilent) this.finish();
	}

	/** Resets both sides. */
	cut(): void {
		this.#isOver = true;
		const upstream = this.#release();
		if (upstream !== undefined) reset(upstream);
		reset(this.#client);
	}

	#dial(target: Target): void {
		const socket = connect({ host: "127.0.0.1", port: target.port, allowHalfOpen: true, noDelay: true });
		this.#dialing = socket;
		socket.on("error", () => this.#upstreamFailed(socket));
		socket.once("connect", () => {
			this.#dialing = undefined;
			if (target === this.#hub.current) this.#adopt(socket, target);
			else {
				socket.destroy(); // nobody has spoken on it yet
				this.connect();
			}
		});
	}

	#adopt(upstream: Socket, target: Target): void {
		this.#upstream = upstream;
		this.#target = target;
		this.#hub.open.add(target, this);
		upstream.on("data", (bytes: Buffer) => {
			this.isAwaitingAnswer = false;
			this.#passing.fromUpstream(bytes);
		});
		upstream.on("drain", () => this.resume());
		upstream.on("end", () => {
			if (upstream !== this.#upstream) return;
			this.#passing.upstreamEnded();
			if (this.#isClosing) this.finish();
		});
		upstream.on("close", () => {
			if (upstream !== this.#upstream) return;
			this.#release();
			if (this.#client.closed) this.#hub.gone(this);
		});
		if (this.#header !== undefined) upstream.write(this.#header);
		this.#hub.room.served(this);
		this.#passing.connected();
		this.resume();
	}

	#wait(): void {
		if (!this.#hub.room.enter(this)) this.giveUp();
	}

	/** The upstream is this connection's no longer. */
	#release(): Socket | undefined {
		const upstream = this.#upstream;
		this.#dialing?.destroy();
		this.#dialing = undefined;
		if (this.#target !== undefined) this.#hub.open.delete(this.#target, this);
		this.#upstream = undefined;
		this.#target = undefined;
		return upstream;
	}

	#clientFailed(): void {
		this.#isOver = true;
		const upstream = this.#release();
		if (upstream !== undefined) reset(upstream);
	}

	#upstreamFailed(socket: Socket): void {
		if (socket === this.#dialing) {
			this.#dialing = undefined;
			this.#wait();
		} else if (socket === this.#upstream) {
			if (!this.isBusy) {
				this.#passing.upstreamEnded(); // nobody had anything to lose
				return;
			}
			this.#isOver = true;
			this.#release();
			resetWhenFlushed(this.#client);
		}
	}

	#clientClosed(): void {
		this.#isOver = true;
		this.#hub.room.leave(this);
		this.#hub.alone.delete(this);
		this.#dialing?.destroy();
		this.#dialing = undefined;
		if (this.#upstream === undefined) this.#hub.gone(this); // otherwise it has bytes of the client to take
	}
}
