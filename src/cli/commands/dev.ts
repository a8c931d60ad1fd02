import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { type DevServer, startDevServer } from "../../devserver/mod.ts";
import type { CommonFlags } from "../common-flags.ts";
import type { DevFiles } from "../dev/client-files.ts";
import { type DevTlsFiles, writeTlsFiles } from "../dev/tls-files.ts";
import { writeTokenFiles } from "../dev/token-files.ts";
import { readSeed } from "../dev/seed-file.ts";
import { shellQuoted } from "../shell-quoted.ts";
import type { World } from "../world.ts";

export interface DevFlags extends CommonFlags {
	readonly listen?: string;
	readonly rootToken?: string;
	readonly seed?: string;
	readonly json?: boolean;
	readonly tls?: boolean;
	readonly tlsDir?: string;
	readonly tokenDir?: string;
}

/** `agent dev`: the embedded server in the foreground, until a signal ends it. */
export async function dev(flags: DevFlags, world: World): Promise<number> {
	const seed = flags.seed === undefined ? undefined : await readSeed(flags.seed, world);
	const hasTls = flags.tls === true || flags.tlsDir !== undefined;
	const server = await startDevServer({
		clock: world.clock,
		listen: parseListen(flags.listen ?? "127.0.0.1:8200"),
		...(flags.rootToken !== undefined && { rootToken: flags.rootToken }),
		...(hasTls && { tls: "own" }),
	});
	let files: DevFiles | undefined;
	try {
		const roles = seed === undefined ? {} : server.seed(seed);
		let tls: DevTlsFiles | undefined;
		if (hasTls) {
			files = await (await world.loadDevFiles())(flags.tlsDir);
			tls = await writeTlsFiles(server, seed, files);
		}
		const tokens =
			seed !== undefined && flags.tokenDir !== undefined
				? await writeTokenFiles(server, seed, await (await world.loadDevFiles())(flags.tokenDir))
				: {};
		const found = { roles, tls, tokens };
		world.stdout.write(flags.json ? asJson(server, found) : asShell(server, found));
		await new Promise<void>((resolve) => {
			for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) world.onSignal(name, resolve);
		});
	} finally {
		await files?.remove();
		await server.close();
	}
	return ExitCode.done;
}

/** What clients need beside the address. */
interface Found {
	readonly roles: ReturnType<DevServer["seed"]>;
	readonly tls: DevTlsFiles | undefined;
	/** Files by service account. */
	readonly tokens: Readonly<Record<string, string>>;
}

function asJson(server: DevServer, { roles, tls, tokens: service_account_tokens }: Found): string {
	const { address, rootToken: root_token, unsealKey: unseal_key } = server;
	const files = tls && { ca_cert: tls.caCert, client_cert: tls.client?.cert, client_key: tls.client?.key };
	const approles = Object.fromEntries(
		Object.entries(roles).map(([name, { roleId: role_id, secretId: secret_id }]) => [
			name,
			{ role_id, secret_id },
		]),
	);
	const logins = { approles, service_account_tokens };
	return `${JSON.stringify({ address, root_token, unseal_key, ...files, ...logins })}\n`;
}

/** Lines that a shell may run as they are. */
function asShell(server: DevServer, { roles, tls, tokens }: Found): string {
	const ids = Object.entries(roles).flatMap(([name, { roleId, secretId }]) => [
		`# AppRole ${name}`,
		`export VAULT_ROLE_ID=${shellQuoted(roleId)} VAULT_SECRET_ID=${shellQuoted(secretId)}`,
	]);
	const client = tls?.client && [
		`# certificate for a login with role ${tls.client.role} of auth/cert`,
		`export VAULT_CLIENT_CERT=${shellQuoted(tls.client.cert)} VAULT_CLIENT_KEY=${shellQuoted(tls.client.key)}`,
	];
	const lines = [
		"# For development only: everything is in memory, nothing is protected.",
		`export VAULT_ADDR=${shellQuoted(server.address)}`,
		...(tls ? [`export VAULT_CACERT=${shellQuoted(tls.caCert)}`] : []),
		`export VAULT_TOKEN=${shellQuoted(server.rootToken)}`,
		`# unseal key: ${server.unsealKey}`,
		...ids,
		...(client ?? []),
		...Object.entries(tokens).map(([account, path]) => `# token of service account ${account}: ${path}`),
		"# Ctrl-C ends it",
	];
	return `${lines.join("\n")}\n`;
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
