import { asTexts, trimSlashes, type VaultCall, VaultError, type VaultReply } from "../vault/mod.ts";
import { apiPathOn, type Ask, type Mount, mountIn, mountOf, mountQuestion } from "./mount.ts";
import type { SecretRequest } from "./request.ts";

/** What the token may do with a request, found out without making it. */
export interface Access {
	/** As Vault's API has it: with `data/` or `metadata/` on a KV v2 mount. */
	readonly path: string;
	/** What the request needs. */
	readonly capability: "read" | "list" | "update";
	/** What the token has, in Vault's words (`deny` for none, `root` for all); absent where that may not be asked. */
	readonly capabilities?: readonly string[];
	readonly isAllowed: boolean;
	/** False where making the request would or may issue a credential. */
	readonly isHarmless: boolean;
}

/**
 * What is the same at every read, by type of mount; the rest of an engine makes something new each time. An engine
 * that is not here is left alone: nobody knows what a read of it does.
 */
const HARMLESS: Readonly<Record<string, RegExp>> = {
	kv: /^/,
	generic: /^/,
	aws: /^static-creds\//,
	database: /^static-creds\//,
	ldap: /^static-cred\//,
	pki: /^(ca|ca_chain|crl|cert|certs|issuer|issuers)(\/|$)/,
};

/** Asks about requests; what it has learnt of mounts it keeps. */
export class AccessSurvey {
	readonly #ask: Ask;
	readonly #mounts: Mount[] = [];

	constructor(ask: Ask) {
		this.#ask = ask;
	}

	/** @returns one for each request, in their order */
	async of(requests: readonly SecretRequest[], signal: AbortSignal): Promise<readonly Access[]> {
		const places: Omit<Access, "capabilities" | "isAllowed">[] = [];
		for (const request of requests) places.push(await this.#place(request, signal));
		const held = await this.#capabilities(places.map(asked), signal);
		return places.map((place) => {
			if (held === undefined) return { ...place, isAllowed: true }; // not known: trying will tell
			const capabilities = asTexts(held[asked(place)]);
			const isAllowed = capabilities.includes(place.capability) || capabilities.includes("root");
			return { ...place, capabilities, isAllowed };
		});
	}

	async #place(
		request: SecretRequest,
		signal: AbortSignal,
	): Promise<Omit<Access, "capabilities" | "isAllowed">> {
		const capability =
			request.kind === "list" ? "list" : request.parameters === undefined ? "read" : "update";
		const mount = await this.#mountOf(request.path, signal);
		if (mount === undefined) return { path: request.path, capability, isHarmless: capability === "list" };
		const rest = request.path.slice(mount.path.length);
		const isHarmless =
			capability === "list" || (capability === "read" && (HARMLESS[mount.type]?.test(rest) ?? false));
		const path = apiPathOn(mount, request.path, capability === "list" ? "metadata" : "data");
		return { path: trimSlashes(path), capability, isHarmless };
	}

	/** @returns `undefined` where Vault does not say: no such mount, or none that the token may know of */
	async #mountOf(path: string, signal: AbortSignal): Promise<Mount | undefined> {
		const known = mountOf(path, this.#mounts);
		if (known !== undefined) return known;
		const reply = await this.#unlessRefused(mountQuestion(path), signal);
		const mount = reply && mountIn(reply);
		if (mount !== undefined) this.#mounts.push(mount);
		return mount;
	}

	/** https://developer.hashicorp.com/vault/api-docs/system/capabilities-self */
	async #capabilities(paths: readonly string[], signal: AbortSignal) {
		if (paths.length === 0) return {};
		const body = { paths: [...new Set(paths)] };
		const reply = await this.#unlessRefused({ method: "POST", path: "sys/capabilities-self", body }, signal);
		return reply?.data;
	}

	async #unlessRefused(call: VaultCall, signal: AbortSignal): Promise<VaultReply | undefined> {
		try {
			return await this.#ask(call, signal);
		} catch (error) {
			if (error instanceof VaultError && (error.status === 403 || error.status === 404)) return undefined;
			throw error;
		}
	}
}

/** Vault judges a list by its path with a slash at the end. */
function asked({ path, capability }: Pick<Access, "path" | "capability">): string {
	return capability === "list" ? `${path}/` : path;
}
