import { constants } from "node:fs";
import { access, lstat, readdir, stat, statfs } from "node:fs/promises";
import { connect as connectPlain, createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ListenerConfig } from "../../config/mod.ts";
import { errorCode } from "../../kernel/mod.ts";

/** What the doctor asks of the machine, beyond what an agent needs of it. Nothing is changed by it. */
export interface Machine {
	readonly pid: number;
	readonly connect: typeof connect;
	readonly canListen: typeof canListen;
	/** Follows links. */
	readonly stat: (path: string) => Promise<{ readonly mode: number; readonly uid: number }>;
	readonly may: (path: string, what: "write" | "run") => Promise<boolean>;
	/** Whether what is written below a folder stays in memory; `undefined` where nobody can tell. */
	readonly isInMemory: (folder: string) => Promise<boolean | undefined>;
	/** How many modules the compile cache holds for this Node. */
	readonly cachedModules: () => Promise<number>;
}

/** How a server answered before any request. */
export interface Greeting {
	/** Such as `TLSv1.3`; absent without TLS. */
	readonly protocol?: string;
	readonly certificate?: { readonly subject: string; readonly validUntil: number };
}

export interface Door {
	readonly host: string;
	readonly port: number;
	/** Absent for plain HTTP. */
	readonly tls?: {
		readonly ca?: readonly string[];
		readonly cert?: string;
		readonly key?: string;
		readonly servername?: string;
		readonly rejectUnauthorized: boolean;
	};
}

/** linux/magic.h: TMPFS_MAGIC, RAMFS_MAGIC. */
const IN_MEMORY = new Set([0x01021994, 0x858458f6]);

/** Opens a connection and closes it. @throws the system's or OpenSSL's error */
async function connect({ host, port, tls }: Door, timeoutMs: number): Promise<Greeting> {
	const { ca, ...identity } = tls ?? {};
	const place = { host, port, timeout: timeoutMs };
	const name = servesName(host) ? { servername: host } : {};
	const socket: Socket =
		tls === undefined
			? connectPlain(place)
			: connectTls({ ...place, ...name, ...identity, ...(ca && { ca: [...ca] }) });
	try {
		await new Promise<void>((resolve, reject) => {
			socket.once("error", reject);
			socket.once(tls === undefined ? "connect" : "secureConnect", resolve);
			socket.once("timeout", () => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
		});
		return tls === undefined ? {} : greetingOf(socket as TLSSocket);
	} finally {
		socket.destroy();
	}
}

/** RFC 6066: an address is no server name. */
function servesName(host: string): boolean {
	return !/^[\d.]+$|:/.test(host);
}

function greetingOf(socket: TLSSocket): Greeting {
	const { subject, valid_to: until } = socket.getPeerCertificate();
	const name = subject?.CN;
	return {
		protocol: socket.getProtocol() ?? "TLS",
		certificate: {
			subject: (Array.isArray(name) ? name[0] : name) ?? "no name",
			validUntil: Date.parse(until),
		},
	};
}

type ListenAddress = ListenerConfig["address"];

/** Whether a listener could be opened there now. @returns the system's code where it cannot */
async function canListen(address: ListenAddress): Promise<string | undefined> {
	if (address.kind === "unix") return await canListenOnSocket(address.path);
	const server = createServer();
	return await new Promise((resolve) => {
		server.once("error", (error) => resolve(errorCode(error) ?? error.message));
		server.listen({ host: address.host, port: address.port }, () => server.close(() => resolve(undefined)));
	});
}

/** To listen would leave a file behind, so the socket is asked, and its folder. What nobody listens on is in nobody's way. */
async function canListenOnSocket(path: string): Promise<string | undefined> {
	const socket = connectPlain({ path });
	const answer = await new Promise<string | undefined>((resolve) => {
		socket.once("error", (error) => resolve(errorCode(error) ?? error.message));
		socket.once("connect", () => resolve(undefined));
	});
	socket.destroy();
	if (answer === undefined) return "EADDRINUSE";
	if (answer !== "ENOENT" && answer !== "ECONNREFUSED") return answer;
	const isOther = await lstat(path).then(
		(entry) => !entry.isSocket(),
		() => false,
	);
	if (isOther) return "EEXIST";
	return await access(dirname(path), constants.W_OK | constants.X_OK).then(() => undefined, errorCode);
}

export const machine: Machine = {
	pid: process.pid,
	connect,
	canListen,
	stat,
	may: (path, what) =>
		access(path, what === "run" ? constants.X_OK : constants.W_OK | constants.X_OK).then(
			() => true,
			() => false,
		),
	isInMemory: (folder) =>
		statfs(folder).then(
			({ type }) => IN_MEMORY.has(type),
			() => undefined,
		),
	async cachedModules() {
		const { version, platform, arch } = process;
		const folder = join(import.meta.dirname, "compile-cache", `${version}-${platform}-${arch}`); // of dist/, see bin/load.cjs
		return (await readdir(folder).catch(() => [])).length;
	},
};
