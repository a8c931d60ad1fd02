import type { Clock } from "../kernel/mod.ts";
import { asTexts, type JsonObject, VaultError, type VaultReply } from "../vault/mod.ts";
import { findingOf } from "./kv.ts";
import { Mounts } from "./mounts.ts";
import type { SecretRequest } from "./request.ts";
import { type Answer, send, type SenderDeps } from "./sender.ts";
import type { Finding } from "./view.ts";

export interface SecretReaderDeps extends SenderDeps {
	readonly clock: Clock;
}

/** What Vault says when a KV v2 path is read without `data/`; the one sign of it where the mount may not be asked. */
const VERSIONED_MOUNT = /versioned K\/V/i;

/** Reads one request from Vault. Holds no timers and, but for a dead token, tries nothing again. */
export class SecretReader {
	readonly #deps: SecretReaderDeps;
	readonly #mounts: Mounts;

	constructor(deps: SecretReaderDeps) {
		this.#deps = deps;
		this.#mounts = new Mounts(async (call, signal) => (await send(deps, call, signal)).reply);
	}

	/** Another server answers from now on. */
	moved(): void {
		this.#mounts.forget();
	}

	/** @throws VaultError when Vault refuses or cannot be asked */
	async read(request: SecretRequest, signal: AbortSignal): Promise<Finding> {
		if (request.kind === "list") return this.#list(request, signal);
		if (request.parameters !== undefined) return this.#write(request.path, request.parameters, signal);
		const path = await this.#mounts.apiPath(request.path, "data", signal);
		const query = request.version === undefined ? {} : { version: String(request.version) };
		const call = { method: "GET", path, query } as const;
		const answer = await send(this.#deps, call, signal).catch((error: unknown) => {
			this.#mounts.doubt(request.path);
			throw error;
		});
		const { reply } = answer;
		if (reply.status === 404 && reply.data === undefined && isOfVersionedMount(reply)) {
			return (await this.#mounts.learnKv2(path, signal))
				? await this.read(request, signal)
				: { kind: "absent", path, reason: "missing" };
		}
		const finding = this.#judge(path, answer);
		if (finding.kind === "absent" && finding.reason === "missing") this.#mounts.doubt(request.path);
		return finding;
	}

	/**
	 * To the path as it stands: no engine that makes something puts anything between mount and name. One that keeps what
	 * it is given, and refuses it so, gets it in the form of KV v2.
	 */
	async #write(
		path: string,
		body: NonNullable<SecretRequest["parameters"]>,
		signal: AbortSignal,
	): Promise<Finding> {
		const answer = await this.#post(path, body, signal).catch(async (error: unknown) => {
			if (await this.#wantsData(path, error, signal)) return undefined;
			throw error;
		});
		const isMade = answer !== undefined && !(answer.reply.status === 404 && isOfVersionedMount(answer.reply));
		if (isMade) return this.#judge(path, answer);
		await this.#mounts.learnKv2(path, signal);
		const below = await this.#mounts.apiPath(path, "data", signal);
		return this.#judge(below, await this.#post(below, { data: body }, signal));
	}

	async #post(path: string, body: JsonObject, signal: AbortSignal): Promise<Answer> {
		return await send(this.#deps, { method: "POST", path, body }, signal);
	}

	/** Whether a refused write is one to a KV v2 mount, whose body lacks `data`. */
	async #wantsData(path: string, error: unknown, signal: AbortSignal): Promise<boolean> {
		const isBad = error instanceof VaultError && error.status === 400;
		return isBad && path.split("/").includes("data") && (await this.#mounts.isKv2(path, signal));
	}

	#judge(path: string, { reply, token }: Answer): Finding {
		const finding = findingOf(path, reply, this.#deps.clock.date());
		if (finding.kind === "absent" || finding.view.leaseId === "") return finding;
		return { kind: "present", view: { ...finding.view, holder: token } };
	}

	async #list(request: SecretRequest, signal: AbortSignal): Promise<Finding> {
		const path = await this.#mounts.apiPath(request.path, "metadata", signal);
		const { reply } = await send(this.#deps, { method: "LIST", path }, signal);
		// Vault answers 404 to the list of an empty folder: nothing there is a list without names.
		const keys = asTexts(reply.data?.["keys"]);
		const fields = { keys: keys.toSorted() };
		const base = { leaseId: "", leaseDuration: 0, renewable: false, requestId: reply.requestId };
		return { kind: "present", view: { path, kind: "list", fields, data: fields, ...base } };
	}
}

function isOfVersionedMount(reply: VaultReply): boolean {
	return reply.warnings.some((text) => VERSIONED_MOUNT.test(text));
}
