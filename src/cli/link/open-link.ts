import { type CredentialFiles, TokenSession } from "../../auth/mod.ts";
import { type Config, publicTexts } from "../../config/mod.ts";
import { AgentError, ExitCode, type Log } from "../../kernel/mod.ts";
import type { Counters } from "../../status/mod.ts";
import { deliveryOf } from "../assemble.ts";
import type { World } from "../world.ts";
import { vaultClients } from "./clients.ts";
import { credentialFiles } from "./credential-files.ts";
import type { Handover } from "./handover.ts";
import { loginMethod } from "./login-method.ts";
import { openSinks, ownLogin } from "./open-sinks.ts";
import type { SecretGuard } from "./secret-guard.ts";
import type { StandingCertificates } from "./standing-certificates.ts";
import type { VaultLink } from "./vault-links.ts";

/** What talking to Vault needs of the program around it. */
export interface VaultSurroundings {
	readonly world: World;
	readonly log: Log;
	readonly guard: SecretGuard;
	/** Those of the links before; without any, new ones. */
	readonly credentials?: CredentialFiles;
	readonly counters?: Counters;
	/** Told Vault's own time whenever it answers. */
	readonly heard?: (serverTime: number) => void;
	/**
	 * At the start a good token in a sink spares the login. Later the config may mean somebody else, and may yet be
	 * refused: the sinks are left alone until it is in force.
	 */
	readonly isFirst?: boolean;
	/** What the agent before this one may have left; of use to the first link alone. */
	readonly handover?: Handover;
	/** What stands in files since the run before. */
	readonly standing?: StandingCertificates;
	/** Gives leases back, where the token that they came of stays. */
	readonly giveBack?: (signal: AbortSignal) => Promise<void>;
	/** The work is done once, so that a sink that cannot be written is its failure. */
	readonly isOnePass?: boolean;
}

/** @throws AgentError when nothing says where Vault is or how to log in */
export function openLink(config: Config, surroundings: VaultSurroundings): VaultLink {
	const { world, log, guard, handover, giveBack, isFirst = false, isOnePass = false } = surroundings;
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
	const takesUp = isFirst && auth.wrapTtlMs === undefined ? ownLogin(auth) : undefined;
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
		...(takesUp && { takesUp: { ...takesUp, ...(handover && { handover: handover.file }) } }),
		sparesSinks: !isFirst,
		revokesAtEnd: auth.revokeOnShutdown,
		endsOnError: auth.endsOnError,
		...(giveBack && { giveBack }),
	});
	const end = async () => {
		await session.end();
		clients.close();
	};
	return { client, session, end };
}

function notConfigured(message: string, advice: string): AgentError {
	return new AgentError(message, { code: "E_CONFIG", exitCode: ExitCode.usage, rows: { do: advice } });
}
