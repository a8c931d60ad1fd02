import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

let last = 0;

/**
 * A port on 127.0.0.1 that nothing listens on.
 *
 * Never the one before, which a child that is being replaced may be about to give back. The kernel takes the ports of
 * outgoing connections from the other half of its range, so that the traffic of an agent does not use it up meanwhile.
 */
export async function freePort(): Promise<number> {
	const server = await listen();
	const { port } = server.address() as AddressInfo;
	const next = port === last ? await freePort() : port; // while the server keeps that one
	last = next;
	server.close();
	await once(server, "close");
	return next;
}

async function listen(): Promise<Server> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	return server;
}
