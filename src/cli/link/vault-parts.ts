import { ClockWatch, logLeases } from "../../agent/mod.ts";
import type { CredentialFiles } from "../../auth/mod.ts";
import type { Config } from "../../config/mod.ts";
import { SecretReader, SecretStore, VaultLeases } from "../../secrets/mod.ts";
import type { Counters } from "../../status/mod.ts";
import { type VaultClient, VaultError } from "../../vault/mod.ts";
import { credentialFiles } from "./credential-files.ts";
import type { Handover } from "./handover.ts";
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
	readonly handover?: Handover;
	/** To be run beside everything else. */
	readonly clockWatch: ClockWatch;
	readonly heard: (serverTime: number) => void;
	readonly giveBack: (signal: AbortSignal) => Promise<void>;
	/** To be called when the links lead to another server or namespace. */
	readonly moved: () => void;
}

/** @throws AgentError when nothing says where Vault is or how to log in */
export function vaultParts(
	config: Config,
	surroundings: Omit<VaultSurroundings, "guard" | "isFirst">,
): VaultParts {
	const { world, log, counters, handover, standing } = surroundings;
	const guard = new SecretGuard(world.redactor);
	const credentials = credentialFiles(world);
	const { clock, random } = world;
	const ask = async (signal: AbortSignal) => await askForTime(links, signal);
	const clockWatch = new ClockWatch({ clock, random, log, ask });
	const heard = clockWatch.heard.bind(clockWatch);
	const giveBack = async (signal: AbortSignal) => await store.giveBack(signal);
	const parts = { ...surroundings, guard, credentials, heard, giveBack };
	const links = new VaultLinks(openLink(config, { ...parts, isFirst: true }));
	const reader = new SecretReader({ client: links, tokens: links, clock });
	const store = new SecretStore({
		read: reader.read.bind(reader),
		handed: async (request, signal) => {
			if (handover === undefined && standing === undefined) return undefined;
			// Also where nothing else is asked of Vault: a login that fails is to show at the start.
			const token = await links.token(signal);
			return (await handover?.taken(request, token)) ?? (await standing?.taken(request));
		},
		leases: new VaultLeases({ client: links, tokens: links, clock, random }),
		found: guard.found.bind(guard),
		dropped: guard.dropped.bind(guard),
		onLease: logLeases(log, clock),
		clock,
		random,
		pollIntervalMs: config.pollIntervalMs,
	});
	const moved = () => {
		reader.moved();
		store.moved();
	};
	const others = { ...(counters && { counters }), ...(handover && { handover }) };
	return { links, store, guard, credentials, clockWatch, heard, giveBack, moved, ...others };
}

/** Asks what anybody may ask, at no cost. Whatever is answered, the time comes with it. */
async function askForTime(client: VaultClient, signal: AbortSignal): Promise<void> {
	try {
		await client.send({ method: "GET", path: "sys/seal-status" }, signal);
	} catch (error) {
		if (!(error instanceof VaultError) || error.status === undefined) throw error;
	}
}
