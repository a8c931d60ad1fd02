import { Sinks, type TokenSessionDeps } from "../../auth/mod.ts";
import type { AuthConfig } from "../../config/mod.ts";
import type { Log } from "../../kernel/mod.ts";
import type { Delivery } from "../../render/mod.ts";
import type { VaultClient } from "../../vault/mod.ts";
import type { World } from "../world.ts";
import { sinkFiles } from "./sink-files.ts";

interface SinkParts {
	readonly client: VaultClient;
	readonly world: World;
	readonly log: Log;
	/** Puts the files in place; nobody else's. */
	readonly delivery: Delivery;
	/** Whether a sink that cannot be written ends the start. */
	readonly isStrict: boolean;
}

/** The sinks of a login; nothing when it has none. */
export function openSinks(auth: AuthConfig, parts: SinkParts): Sinks | undefined {
	if (auth.sinks.length === 0) return undefined;
	const { client, world, log, delivery, isStrict } = parts;
	const { clock, random } = world;
	const files = sinkFiles(delivery, world);
	const namespace = auth.namespace === undefined ? {} : { namespace: auth.namespace };
	return new Sinks(auth.sinks, { files, client, clock, random, log, isStrict, ...namespace });
}

/** The login whose token a sink may hold. A token that was given to the agent is none of its own. */
export function ownLogin(auth: AuthConfig): NonNullable<TokenSessionDeps["takesUp"]> | undefined {
	switch (auth.method) {
		case "approle":
			return { path: `${auth.mountPath}/login` };
		case "cert":
			return { path: `${auth.mountPath}/login`, ...(auth.name !== undefined && { role: auth.name }) };
		case "jwt":
		case "kubernetes":
			return { path: `${auth.mountPath}/login`, ...(auth.role !== undefined && { role: auth.role }) };
		case "token":
			return undefined;
		default:
			return auth satisfies never;
	}
}
