import { AgentError, type Clock, ExitCode, type Secret } from "../kernel/mod.ts";
import { asTexts, type VaultCall, type VaultClient, VaultError, type VaultReply } from "../vault/mod.ts";
import { findingOf } from "./kv.ts";
import { Mounts } from "./mounts.ts";
import type { SecretRequest } from "./request.ts";
import type { Finding } from "./view.ts";

/** Who we are, as reading needs it; `auth` provides it. */
export interface TokenSource {
	token(signal: AbortSignal): Promise<Secret>;
	/** Whether a token that met this 403 is dead or replaced, so that one more try makes sense. */
	isDead(token: Secret, refusal: VaultError, signal: AbortSignal): Promise<boolean>;
}

export interface SecretReaderDeps {
	readonly client: VaultClient;
	readonly tokens: TokenSource;
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
		this.#mounts = new Mounts((path, signal) =>
			this.#send({ method: "GET", path: `sys/internal/ui/mounts/${path}` }, signal),
		);
	}

	/**
	 * @throws VaultError when Vault refuses or cannot be asked
	 * @throws AgentError `E_LEASE_UNSUPPORTED` for a secret with a lease
	 */
	async read(request: SecretRequest, signal: AbortSignal): Promise<Finding> {
		if (request.kind === "list") return this.#list(request, signal);
		const path = await this.#mounts.apiPath(request.path, "data", signal);
		const query = request.version === undefined ? {} : { version: String(request.version) };
		const call = { method: "GET", path, query } as const;
		const reply = await this.#send(call, signal).catch((error: unknown) => {
			this.#mounts.doubt(request.path);
			throw error;
		});
		if (reply.status === 404 && reply.data === undefined && isOfVersionedMount(reply)) {
			return (await this.#mounts.learnKv2(path, signal))
				? await this.read(request, signal)
				: { kind: "absent", path, reason: "missing" };
		}
		if (reply.leaseId !== "") throw leaseUnsupported(path);
		const finding = findingOf(path, reply, this.#deps.clock.now());
		if (finding.kind === "absent" && finding.reason === "missing") this.#mounts.doubt(request.path);
		return finding;
	}

	async #list(request: SecretRequest, signal: AbortSignal): Promise<Finding> {
		const path = await this.#mounts.apiPath(request.path, "metadata", signal);
		const reply = await this.#send({ method: "LIST", path }, signal);
		// Vault answers 404 to the list of an empty folder: nothing there is a list without names.
		const keys = asTexts(reply.data?.["keys"]);
		const fields = { keys: keys.toSorted() };
		const base = { leaseId: "", leaseDuration: 0, renewable: false, requestId: reply.requestId };
		return { kind: "present", view: { path, kind: "list", fields, data: fields, ...base } };
	}

	async #send(call: VaultCall, signal: AbortSignal): Promise<VaultReply> {
		const { client, tokens } = this.#deps;
		const token = await tokens.token(signal);
		try {
			return await client.send({ ...call, token }, signal);
		} catch (error) {
			if (!(error instanceof VaultError) || error.status !== 403) throw error;
			if (!(await tokens.isDead(token, error, signal))) throw error;
			return await client.send({ ...call, token: await tokens.token(signal) }, signal);
		}
	}
}

function isOfVersionedMount(reply: VaultReply): boolean {
	return reply.warnings.some((text) => VERSIONED_MOUNT.test(text));
}

function leaseUnsupported(path: string): AgentError {
	return new AgentError(`${path} gives a secret with a lease, which this version does not renew yet`, {
		code: "E_LEASE_UNSUPPORTED",
		exitCode: ExitCode.missing,
		rows: { do: "read a KV secret instead" },
		facts: { path },
	});
}
