import { logLeases } from "../../agent/mod.ts";
import type { CredentialFiles } from "../../auth/mod.ts";
import type { Config } from "../../config/mod.ts";
import { SecretReader, SecretStore, VaultLeases } from "../../secrets/mod.ts";
import type { Counters } from "../../status/mod.ts";
import { credentialFiles } from "./credential-files.ts";
import { openLink, type VaultSurroundings } from "./open-link.ts";
import { SecretGuard } from "./secret-guard.ts";
import { VaultLinks } from "./vault-links.ts";

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
