import {
	approleMethod,
	type AuthMethod,
	certMethod,
	type CredentialFiles,
	jwtMethod,
	kubernetesMethod,
	TokenSession,
	tokenMethod,
} from "../auth/mod.ts";
import { logLeases } from "../agent/mod.ts";
import { type AuthConfig, type CertConfig, type Config, publicTexts } from "../config/mod.ts";
import { AgentError, ExitCode, type Log } from "../kernel/mod.ts";
import { Delivery } from "../render/mod.ts";
import { SecretReader, SecretStore, VaultLeases } from "../secrets/mod.ts";
import type { Counters } from "../status/mod.ts";
import { type Clients, vaultClients } from "./clients.ts";
import { credentialFiles } from "./credential-files.ts";
import { openSinks, ownLogin } from "./open-sinks.ts";
import { SecretGuard } from "./secret-guard.ts";
import { type VaultLink, VaultLinks } from "./vault-links.ts";
import type { World } from "./world.ts";

/** What talking to Vault needs of the program around it. */
export interface VaultSurroundings {
	readonly world: World;
	readonly log: Log;
	readonly guard: SecretGuard;
	/** Those of the links before; without any, new ones. */
	readonly credentials?: CredentialFiles;
	readonly counters?: Counters;
	/**
	 * At the start a good token in a sink spares the login. Later the config may mean somebody else, and may yet be
	 * refused: the sinks are left alone until it is in force.
	 */
	readonly isFirst?: boolean;
	/** The work is done once, so that a sink that cannot be written is its failure. */
	readonly isOnePass?: boolean;
}

/** @throws AgentError when nothing says where Vault is or how to log in */
export function openLink(config: Config, surroundings: VaultSurroundings): VaultLink {
	const { world, log, guard, isFirst = false, isOnePass = false } = surroundings;
	const { credentials = credentialFiles(world) } = surroundings;
	const [first, ...others] = config.vault.addresses;
	if (first === undefined)
		throw notConfigured("no Vault address is known", "set VAULT_ADDR or vault.address");
	if (config.auth === undefined) {
		const advice = "set VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_TOKEN, or write auto_auth";
		throw notConfigured("nothing says how to log in to Vault", advice);
	}
	world.redactor.expose(publicTexts(config));
	const { clock, random } = world;
	const { auth } = config;
	const clients = vaultClients({ ...config, auth }, [first, ...others], surroundings);
	const { client, refreshTls } = clients;
	const isStrict = config.exitAfterAuth || isOnePass;
	const sinks = openSinks(auth, { client, world, log, delivery: deliveryOf(config, world), isStrict });
	const takesUp = isFirst ? ownLogin(auth) : undefined;
	const session = new TokenSession({
		method: loginMethod(auth, { ...clients, world, log, guard, credentials }),
		client,
		clock,
		random,
		backoff: { minMs: auth.minBackoffMs, maxMs: auth.maxBackoffMs },
		log,
		hide: guard.token.bind(guard),
		expose: (names) => world.redactor.expose(names),
		refreshTls,
		...(sinks && { sinks }),
		...(takesUp && { takesUp }),
		sparesSinks: !isFirst,
		revokesAtEnd: auth.revokeOnShutdown,
	});
	const end = async () => {
		await session.end();
		clients.close();
	};
	return { client, session, end };
}

/** The parts that talk to Vault. */
export interface VaultParts {
	readonly links: VaultLinks;
	readonly store: SecretStore;
	readonly guard: SecretGuard;
	/** Shared by all links, one after the other. */
	readonly credentials: CredentialFiles;
	readonly counters?: Counters;
	/** To be called when the links lead to another server or namespace. */
	readonly moved: () => void;
}

/**
 * @param isOnePass whether the work is done once
 * @throws AgentError when nothing says where Vault is or how to log in
 */
export function vaultParts(
	config: Config,
	surroundings: Omit<VaultSurroundings, "guard" | "isFirst">,
): VaultParts {
	const { world, log, counters } = surroundings;
	const guard = new SecretGuard(world.redactor);
	const credentials = credentialFiles(world);
	const links = new VaultLinks(openLink(config, { ...surroundings, guard, credentials, isFirst: true }));
	const { clock, random } = world;
	const reader = new SecretReader({ client: links, tokens: links, clock });
	const store = new SecretStore({
		read: reader.read.bind(reader),
		leases: new VaultLeases({ client: links, tokens: links, clock }),
		found: guard.found.bind(guard),
		onLease: logLeases(log, clock),
		clock,
		random,
		pollIntervalMs: config.pollIntervalMs,
	});
	const moved = () => {
		reader.moved();
		store.moved();
	};
	return { links, store, guard, credentials, moved, ...(counters && { counters }) };
}

interface LoginParts extends Clients {
	readonly world: World;
	readonly guard: SecretGuard;
	readonly log: Log;
	readonly credentials: CredentialFiles;
}

function loginMethod(auth: AuthConfig, parts: LoginParts): AuthMethod {
	const { client, loginClient, refreshTls, world, log, guard, credentials } = parts;
	const files = {
		readFile: (path: string) => world.readText(path),
		unlink: (path: string) => world.fs.unlink(path),
	};
	const { clock } = world;
	const onCredential = guard.credential.bind(guard);
	const hide = guard.token.bind(guard);
	switch (auth.method) {
		case "approle":
			// A wrapping token serves once: what was in it is not in the file.
			return approleMethod(auth, {
				client,
				files: auth.wrappingPath === undefined ? credentials : files,
				log,
				onCredential,
			});
		case "cert":
			return certMethod(
				{ ...auth, files: certificateFiles(auth) },
				{ client: loginClient, refresh: refreshTls, clock },
			);
		case "jwt":
			return jwtMethod(auth, { client, files, log, clock, hide });
		case "kubernetes":
			return kubernetesMethod(auth, { client, files, clock, hide });
		case "token":
			return tokenMethod(auth, { client, files, onCredential });
		default:
			return auth satisfies never;
	}
}

/** Those of a login of its own; whoever watches files knows those of `vault` anyway. */
function certificateFiles({ own, reload }: CertConfig): readonly string[] {
	return own === undefined || !reload ? [] : Object.values(own);
}

/** What puts files in place. */
export function deliveryOf(
	{ allowedRoots }: Pick<Config, "allowedRoots">,
	world: Pick<World, "fs" | "uid">,
): Delivery {
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
