import type { ListenerConfig } from "../config/mod.ts";
import { AgentError, errorCode, ExitCode, Secret } from "../kernel/mod.ts";
import type { ListenerSpec } from "../status/mod.ts";
import type { World } from "./world.ts";

/** What is shorter can be guessed. */
const SHORTEST_TOKEN = 16;

/**
 * The files that the listener's config names, read.
 *
 * @throws AgentError `E_CONFIG` for one that cannot be read, and for a token that is no protection
 */
export async function listenerSpec(config: ListenerConfig, world: World): Promise<ListenerSpec> {
	const { address, isLocal, hosts, tls } = config;
	const token = await listenerToken(config.token, world);
	return {
		address,
		access: {
			isLocal,
			hasHost: address.kind === "tcp",
			hosts,
			acceptsCertificates: tls?.clientCa !== undefined,
			...(token && { token }),
		},
		...(tls && {
			tls: {
				cert: read(tls.cert, "cert", world),
				key: read(tls.key, "key", world),
				...(tls.clientCa !== undefined && { clientCa: read(tls.clientCa, "client_ca", world) }),
			},
		}),
	};
}

/** The token that opens the listener, where there is one. @throws AgentError `E_CONFIG` */
export async function listenerToken(
	token: ListenerConfig["token"],
	world: World,
): Promise<Secret | undefined> {
	if (token === undefined) return undefined;
	const found = token.kind === "value" ? token.value : await readToken(token.path, world);
	if (found.map((text) => text.length < SHORTEST_TOKEN || /\s/.test(text)).reveal()) {
		throw new AgentError("the listener's token is no protection", {
			code: "E_CONFIG",
			exitCode: ExitCode.usage,
			rows: {
				at: token.kind === "file" ? token.path : "listener.token",
				do: `use at least ${SHORTEST_TOKEN} characters without spaces, such as those of: openssl rand -hex 32`,
			},
		});
	}
	return found;
}

async function readToken(path: string, world: World): Promise<Secret> {
	try {
		return new Secret((await world.readText(path)).trim());
	} catch (error) {
		throw unreadable("token_file", path, error);
	}
}

function read(path: string, key: string, world: World): Buffer {
	try {
		return world.tlsFiles.readFile(path);
	} catch (error) {
		throw unreadable(`tls.${key}`, path, error);
	}
}

function unreadable(key: string, path: string, error: unknown): AgentError {
	const code = errorCode(error) ?? "no code";
	return new AgentError(`listener.${key} cannot be read (${code})`, {
		code: "E_CONFIG",
		exitCode: ExitCode.usage,
		rows: { at: path, do: "check that the file is there and that this user may read it" },
	});
}
