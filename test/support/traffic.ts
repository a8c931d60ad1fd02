import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";

/** Turns of the event loop in a row without any sign of work: what is done in this process is done by then. */
const QUIET_TURNS = 12;

/** Requests to the system that this process waits for: files, names, connections. */
const AT_WORK = /Req|(Connect|Write|Shutdown)Wrap/;

/**
 * For virtual time over real sockets and files: waits until no HTTP request of this process is under way and nothing is
 * asked of the system, so that a clock that then moves overtakes nobody. Requests for a path that is held are not waited for.
 */
export function trafficSettled(): {
	readonly settled: () => Promise<void>;
	readonly hold: (path: string) => void;
	/** No request is counted any more. */
	readonly forget: () => void;
} {
	const underWay = new Set<ClientRequest>();
	const held = new Set<string>();
	const created = (message: unknown) => {
		const { request } = message as { request: ClientRequest };
		underWay.add(request);
		request.once("close", () => underWay.delete(request));
	};
	subscribe("http.client.request.created", created);
	const isAwaited = ({ path }: ClientRequest) => !held.has(path.replace(/^\/v1\//, ""));
	const isBusy = () =>
		[...underWay].some(isAwaited) || process.getActiveResourcesInfo().some((name) => AT_WORK.test(name));
	return {
		hold: (path) => void held.add(path),
		forget: () => void unsubscribe("http.client.request.created", created),
		settled: async () => {
			for (let quiet = 0; quiet < QUIET_TURNS; ) {
				await new Promise((resolve) => setImmediate(resolve));
				quiet = isBusy() ? 0 : quiet + 1;
			}
		},
	};
}
