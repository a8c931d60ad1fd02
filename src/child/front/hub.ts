import type { Socket } from "node:net";
import type { Connection } from "./connection.ts";
import type { Expiry } from "./expiry.ts";
import type { Target } from "./front.ts";
import type { OpenConnections } from "./open-connections.ts";
import type { Passing } from "./passing.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** What the connections of one front share. */
export interface Hub {
	/** Where new connections and requests go. */
	readonly current: Target | undefined;
	readonly open: OpenConnections<Connection>;
	readonly room: WaitingRoom;
	/** Clients between two requests, without an upstream: nobody else would ever end them. */
	readonly alone: Expiry<Connection>;
	readonly passing: (connection: Connection) => Passing;
	/** What an upstream has to hear of this client first (PROXY protocol). */
	readonly header: (client: Socket) => Buffer | undefined;
	/** Its other side was told of the end; it is not waited for long, and at the front's own end only where it is owed bytes. */
	readonly linger: (socket: Socket, isOwed?: boolean) => void;
	/** No target took a client. */
	readonly failed: () => void;
	/** Both sides have closed. */
	readonly gone: (connection: Connection) => void;
}
