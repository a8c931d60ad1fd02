import { createServer, type Server, type Socket } from "node:net";
import type { FrontSpec } from "./front.ts";
import { cannotListen, reasonOf } from "./listen-error.ts";
import { clearSocketPath } from "./socket-path.ts";

/** Silence after which the kernel asks whether a client is still there; some leave without a word. */
const KEEP_ALIVE_AFTER_MS = 60_000;
/** Clients that the kernel lets wait while the agent is busy; as many as it allows (net.core.somaxconn). */
const BACKLOG = 4096;

export interface PublicEvents {
	/** A client has come; it is paused. */
	readonly accept: (client: Socket) => void;
	/** One that came could not be taken, for lack of descriptors most likely. */
	readonly refused: () => void;
}

/**
 * Listens on the public address. `::` takes IPv4 as well, as Node has it. A unix socket is for everybody who can
 * enter its folder, whatever the umask: its clients are other programs, often of other users.
 *
 * @throws AgentError `E_FRONT_LISTEN` when the address cannot be used
 */
export async function listenPublicly(
	listen: FrontSpec["listen"],
	{ accept, refused }: PublicEvents,
): Promise<Server> {
	if (listen.kind === "unix") await clearSocketPath(listen.path);
	const server = createServer(
		{
			allowHalfOpen: true,
			pauseOnConnect: true,
			noDelay: true,
			keepAlive: true,
			keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS,
		},
		accept,
	);
	const where =
		listen.kind === "unix"
			? { path: listen.path, readableAll: true, writableAll: true }
			: { host: listen.host, port: listen.port };
	await new Promise<void>((resolve, reject) => {
		server.once("error", (error) => reject(cannotListen(listen, reasonOf(error))));
		server.listen({ ...where, backlog: BACKLOG }, resolve);
	});
	server.removeAllListeners("error").on("error", refused);
	return server;
}
