import type { Connection } from "./connection.ts";
import type { Passing } from "./passing.ts";

/** Passes everything on as it comes, to the target that took the connection. */
export function tcpPassing(connection: Connection): Passing {
	return {
		isBusy: true,
		holdsBack: false,
		fromClient: (bytes) => connection.toUpstream(bytes),
		fromUpstream: (bytes) => connection.toClient(bytes),
		clientEnded: () => connection.endUpstream(),
		upstreamEnded: () => connection.endClient(),
		connected: () => {},
		switched: () => {},
	};
}
