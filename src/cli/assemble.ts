import { approleMethod, type AuthMethod, TokenSession, tokenMethod } from "../auth/mod.ts";
import { type AuthConfig, type Config, publicTexts } from "../config/mod.ts";
import { AgentError, ExitCode, type Log } from "../kernel/mod.ts";
import { Delivery } from "../render/mod.ts";
import { requestKey, SecretReader, SecretStore } from "../secrets/mod.ts";
import { NodeVaultClient, readTlsIdentity, type VaultClient } from "../vault/mod.ts";
import { SecretGuard } from "./secret-guard.ts";
import { type VaultLink, VaultLinks } from "./vault-links.ts";
import type { World } from "./world.ts";

/** What talking to Vault needs of the program around it. */
export interface VaultSurroundings {
	readonly world: World;
	readonly log: Log;
	readonly guard: SecretGuard;
}

/** @throws AgentError when nothing says where Vault is or how to log in */
export function openLink(config: Config, { world, log, guard }: VaultSurroundings): VaultLink {
	const [first, ...others] = config.vault.addresses;
	if (first === undefined)
		throw notConfigured("no Vault address is known", "set VAULT_ADDR or vault.address");
	if (config.auth === undefined) {
		const advice = "set VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_TOKEN, or write auto_auth";
		throw notConfigured("nothing says how to log in to Vault", advice);
	}
	world.redactor.expose(publicTexts(config));
	const { clock, random } = world;
	const client = new NodeVaultClient({
		addresses: [first, ...others],
		...(config.vault.namespace !== undefined && { namespace: config.vault.namespace }),
		timeoutMs: config.vault.timeoutMs,
		tls: readTlsIdentity(config.vault.tls, world.tlsFiles),
		onRequest: ({ method, path, address }, status) => {
			const msg = `${method} ${path} ${status ?? "failed"}`;
			log.write("trace", "request", { msg, method, path, address, status });
		},
	});
	const method = loginMethod(config.auth, { client, world, log, guard });
	const backoff = { minMs: config.auth.minBackoffMs, maxMs: config.auth.maxBackoffMs };
	const hide = guard.token.bind(guard);
	const session = new TokenSession({ method, client, clock, random, backoff, log, hide });
	return { client, session };
}

/** The parts that talk to Vault. */
export interface VaultParts {
	readonly links: VaultLinks;
	readonly store: SecretStore;
	readonly guard: SecretGuard;
}

/** @throws AgentError when nothing says where Vault is or how to log in */
export function vaultParts(config: Config, world: World, log: Log): VaultParts {
	const guard = new SecretGuard(world.redactor);
	const links = new VaultLinks(openLink(config, { world, log, guard }));
	const { clock, random } = world;
	const reader = new SecretReader({ client: links, tokens: links, clock });
	const store = new SecretStore({
		read: async (request, signal) => {
			const finding = await reader.read(request, signal);
			guard.found(requestKey(request), finding);
			return finding;
		},
		clock,
		random,
		pollIntervalMs: config.pollIntervalMs,
	});
	return { links, store, guard };
}

interface LoginParts {
	readonly client: VaultClient;
	readonly world: World;
	readonly log: Log;
	readonly guard: SecretGuard;
}

function loginMethod(auth: AuthConfig, { client, world, log, guard }: LoginParts): AuthMethod {
	const files = {
		readFile: (path: string) => world.fs.readFile(path, "utf8"),
		unlink: (path: string) => world.fs.unlink(path),
	};
	const onCredential = guard.credential.bind(guard);
	switch (auth.method) {
		case "approle":
			return approleMethod(auth, { client, files, log, onCredential });
		case "token":
			return tokenMethod(auth, { client, files, onCredential });
		default:
			return auth satisfies never;
	}
}

/** What puts files in place. */
export function deliveryOf({ allowedRoots }: Config, world: World): Delivery {
	return new Delivery({ fs: world.fs, links: { uid: world.uid, allowedRoots } });
}

/** What templates see besides secrets. */
export function surroundingsOf(world: World) {
	return {
		env: (name: string) => world.env[name],
		readFile: world.readFileSync,
		now: () => world.clock.now(),
	};
}

function notConfigured(message: string, advice: string): AgentError {
	return new AgentError(message, { code: "E_CONFIG", exitCode: ExitCode.usage, rows: { do: advice } });
}
