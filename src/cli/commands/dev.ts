import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { startDevServer } from "../../devserver/mod.ts";
import type { CommonFlags } from "../common-flags.ts";
import { readSeed } from "../seed-file.ts";
import type { World } from "../world.ts";

export interface DevFlags extends CommonFlags {
	readonly listen?: string;
	readonly rootToken?: string;
	readonly seed?: string;
	readonly json?: boolean;
}

/** `agent dev`: the embedded server in the foreground, until a signal ends it. */
export async function dev(flags: DevFlags, world: World): Promise<number> {
	const seed = flags.seed === undefined ? undefined : await readSeed(flags.seed, world);
	const server = await startDevServer({
		clock: world.clock,
		listen: parseListen(flags.listen ?? "127.0.0.1:8200"),
		...(flags.rootToken !== undefined && { rootToken: flags.rootToken }),
	});
	const roles = seed === undefined ? {} : server.seed(seed);
	if (flags.json) {
		const { address, rootToken: root_token, unsealKey: unseal_key } = server;
		world.stdout.write(`${JSON.stringify({ address, root_token, unseal_key, approles: roles })}\n`);
	} else {
		const ids = Object.entries(roles).flatMap(([name, { roleId, secretId }]) => [
			`# AppRole ${name}`,
			`export VAULT_ROLE_ID='${roleId}' VAULT_SECRET_ID='${secretId}'`,
		]);
		const lines = [
			"# For development only: everything is in memory, nothing is protected.",
			`export VAULT_ADDR='${server.address}'`,
			`export VAULT_TOKEN='${server.rootToken}'`,
			`# unseal key: ${server.unsealKey}`,
			...ids,
			"# Ctrl-C ends it",
		];
		world.stdout.write(`${lines.join("\n")}\n`);
	}
	await new Promise<void>((resolve) => {
		for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) world.onSignal(name, resolve);
	});
	await server.close();
	return ExitCode.done;
}

function parseListen(text: string): { host: string; port: number } {
	const match = /^(?:(?<host>\[[^\]]+\]|[^:]*):)?(?<port>\d{1,5})$/.exec(text);
	const port = Number(match?.groups?.["port"]);
	if (match === null || port > 65_535) {
		throw new AgentError(`--listen: "${text}" is no address, expected host:port`, {
			code: "E_USAGE",
			exitCode: ExitCode.usage,
			rows: { do: "write --listen 127.0.0.1:8200, or port 0 for a free one" },
		});
	}
	return { host: match.groups?.["host"] || "127.0.0.1", port };
}
