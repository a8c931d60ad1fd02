import { isIP } from "node:net";
import { resolve } from "node:path";
import { Secret } from "../kernel/mod.ts";
import type { ListenerConfig } from "./config.ts";
import type { Context } from "./context.ts";
import type { Environment } from "./environment.ts";
import type { Flags } from "./flags.ts";
import { fromFolder, isLocal, listenAddress } from "./listen-address.ts";
import type { Credential } from "./login-config.ts";
import type { FileConfig } from "./schema/file.ts";
import type { Settings } from "./settings.ts";

type FileListener = NonNullable<FileConfig["listener"]>;

/** Puts the address in `AGENT_LISTENER` over the file's. */
export function applyListenerAddress(
	settings: Settings,
	{ AGENT_LISTENER: address }: Environment,
	cwd: string,
): void {
	if (address) settings.set(["listener", "address"], fromFolder(address, cwd), "AGENT_LISTENER");
}

/**
 * The token, by a flag that names its file or by a variable that holds it, in the place of the file's. By itself it
 * opens no listener. Comes last, when it is known whether there is one.
 */
export function applyListenerToken(
	settings: Settings,
	{ flags, env, cwd }: { readonly flags: Flags; readonly env: Environment; readonly cwd: string },
): void {
	if (settings.get(["listener"]) === undefined) return;
	const { listenerTokenFile: file } = flags;
	const { AGENT_LISTENER_TOKEN: token } = env;
	if (file !== undefined) give("token_file", resolve(cwd, file), "--listener-token-file");
	else if (token) give("token", token.trim(), "AGENT_LISTENER_TOKEN");

	function give(key: "token" | "token_file", value: string, name: string): void {
		settings.set(["listener", key === "token" ? "token_file" : "token"], undefined, name);
		settings.set(["listener", key], value, name);
	}
}

/** The listener, where one is asked for. */
export function listener(file: FileListener | undefined, context: Context): ListenerConfig | undefined {
	if (file === undefined) return undefined;
	const address = listenAddress(file.address, ["listener", "address"], context);
	const token = tokenOf(file, context);
	const report = (key: string, message: string) => {
		context.problems.push({ place: context.places.of(["listener", key]), message: `listener.${message}` });
	};
	if (file.quit && !isLocal(address)) {
		report("quit", "quit: others can reach this address; ending the agent is for this machine alone");
	}
	if (file.token !== undefined && file.token_file !== undefined) {
		report("token", "token: there is token_file as well; keep one of them");
	}
	if (address.kind === "unix" && file.tls !== undefined) report("tls", "tls: a Unix socket needs none");
	const { cert, key, client_ca: clientCa } = file.tls ?? {};
	return {
		address,
		isLocal: isLocal(address),
		...(token && { token }),
		...(cert !== undefined &&
			key !== undefined && {
				tls: {
					cert: context.resolve(cert),
					key: context.resolve(key),
					...(clientCa !== undefined && { clientCa: context.resolve(clientCa) }),
				},
			}),
		hosts: [...ownName(address), ...file.hosts.map((host) => host.toLowerCase())],
		quit: file.quit,
	};
}

/** What works but should be known. */
export function listenerWarnings(config: ListenerConfig | undefined): string[] {
	if (config === undefined || config.isLocal) return [];
	const { token, tls } = config;
	if (token === undefined && tls?.clientCa === undefined) {
		return [
			"listener.address can be reached by others: only /healthz, /readyz and /metrics are answered there; set listener.token_file for the rest",
		];
	}
	if (token === undefined || tls !== undefined) return [];
	return ["listener.address is plain http: everyone on the way can read its token; set listener.tls"];
}

function tokenOf(file: FileListener, context: Context): Credential | undefined {
	if (file.token_file !== undefined) return { kind: "file", path: context.resolve(file.token_file) };
	return file.token === undefined ? undefined : { kind: "value", value: new Secret(file.token) };
}

/** A name to listen on is a name to be asked by. */
function ownName(address: ListenerConfig["address"]): readonly string[] {
	return address.kind === "tcp" && isIP(address.host) === 0 ? [address.host] : [];
}
