import {
	type CredentialSource,
	type HandoverFile,
	type HandoverOptions,
	LARGEST_HANDOVER,
	openHandoverFile,
} from "../../auth/mod.ts";
import type { AuthConfig, Config, Credential, HandoverConfig } from "../../config/mod.ts";
import { AgentError, type Log, type Secret } from "../../kernel/mod.ts";
import { type HandedSecret, handedSecret, requestKey, type SecretRequest } from "../../secrets/mod.ts";
import { deliveryOf } from "../assemble.ts";
import type { World } from "../world.ts";
import { credentialFiles } from "./credential-files.ts";
import { ownLogin } from "./open-sinks.ts";
import { sinkFiles } from "./sink-files.ts";
import type { VaultParts } from "./vault-parts.ts";

interface HandoverParts {
	readonly world: World;
	readonly log: Log;
}

/** A config that asks for a handover. */
export type HandingConfig = Config & { readonly auth: AuthConfig; readonly handover: HandoverConfig };

/** What this agent takes up from the one before it, or leaves for the one after it. */
export class Handover {
	/** Where the login finds the token. */
	readonly file: HandoverFile;
	readonly #parts: HandoverParts;
	readonly #isLeftAgain: boolean;
	#found: Promise<Map<string, HandedSecret>> | undefined;

	/** @param isLeftAgain at the end of the work another one takes the place of what was found */
	constructor(file: HandoverFile, isLeftAgain: boolean, parts: HandoverParts) {
		this.file = file;
		this.#isLeftAgain = isLeftAgain;
		this.#parts = parts;
	}

	/** What was left of a request, for once; nothing where it came of another token than this. Never throws. */
	async taken(request: SecretRequest, token: Secret): Promise<HandedSecret | undefined> {
		this.#found ??= this.#find(token);
		const found = await this.#found;
		const key = requestKey(request);
		const handed = found.get(key);
		found.delete(key);
		if (handed?.token !== token) return undefined;
		const { path } = request;
		const msg = `${path} is taken over from the agent before this one`;
		this.#parts.log.write("info", "handover", { msg, path });
		return handed;
	}

	/** Leaves what is held to the next agent, with the duty to revoke it. Nothing where nothing was read. Never throws. */
	async leave({ links, store }: VaultParts, signal: AbortSignal): Promise<void> {
		if (store.entries().length === 0) return;
		const { world, log } = this.#parts;
		try {
			const token = await links.token(signal);
			const at = world.clock.now();
			const legacy = { at, token, endsAt: links.lifeOf(token), secrets: store.legacy({ at, token }) };
			if (await this.file.leave(legacy)) links.session.leave();
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			log.write("warn", "handover", { msg: `there is nothing to hand over: ${error.message}` });
		}
	}

	/** It is settled who we are: what was found has served. */
	async #find(token: Secret): Promise<Map<string, HandedSecret>> {
		const legacy = await this.file.find();
		if (!this.#isLeftAgain) await this.file.clear();
		if (!legacy?.token.equals(token)) return new Map();
		const handed = legacy.secrets.flatMap((data) => handedSecret(data, { at: legacy.at, token }) ?? []);
		return new Map(handed.map((one) => [requestKey(one.request), one]));
	}
}

/** Looks at nothing yet. */
export async function openHandover(config: HandingConfig, parts: HandoverParts): Promise<Handover> {
	const { world, log } = parts;
	const { fs, uid, clock } = world;
	const files = sinkFiles(deliveryOf(config, world), { fs, uid, largest: LARGEST_HANDOVER });
	const credentials = credentialFiles(world);
	const file = await openHandoverFile(optionsOf(config), { files, credentials, clock, log });
	return new Handover(file, config.exitAfterAuth, parts);
}

function optionsOf({ vault, auth, handover }: HandingConfig): HandoverOptions {
	const { path, keyFile } = handover;
	const login = ownLogin(auth);
	return {
		path,
		key:
			keyFile === undefined
				? keySource(auth, vault.tls.clientKey)
				: { what: "key of the handover", credential: { kind: "file", path: keyFile } },
		...(auth.method === "approle" && { roleId: { what: "role id", credential: auth.roleId } }),
		identity: [
			...vault.addresses,
			vault.namespace ?? "",
			auth.namespace ?? "",
			auth.method,
			login?.path ?? "",
			login?.role ?? "",
		],
	};
}

/** What the login shows; the config has been refused where that is gone after one login. */
function keySource(auth: AuthConfig, clientKey = ""): CredentialSource {
	const fileOf = (path: string): Credential => ({ kind: "file", path });
	switch (auth.method) {
		case "approle":
			return { what: "secret id", credential: auth.secretId ?? auth.roleId };
		case "cert":
			return { what: "client key", credential: fileOf(auth.own?.clientKey ?? clientKey) };
		case "jwt":
			return { what: "JWT", credential: fileOf(auth.path) };
		case "kubernetes":
			return { what: "service account token", credential: fileOf(auth.tokenPath) };
		case "token":
			return { what: "token", credential: auth.token };
		default:
			return auth satisfies never;
	}
}
