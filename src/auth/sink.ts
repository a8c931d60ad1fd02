import { AgentError, type Clock, backoffDelay, ExitCode, type Log, Secret } from "../kernel/mod.ts";
import type { VaultClient } from "../vault/mod.ts";
import type { Encrypt, SinkEncryption } from "./envelope.ts";
import { wrappingText } from "./grant.ts";

/** A file that gets the token. */
export interface Sink {
	/** Absolute. */
	readonly path: string;
	/** Permission bits. */
	readonly mode: number;
	/**
	 * Whether a token that stands there spares the next start its login, whatever login the config names by then.
	 * Default true.
	 */
	readonly reuse?: boolean;
	readonly user?: string;
	readonly group?: string;
	/** Life of the wrapping that is written in place of the token, in milliseconds; the token itself when absent. */
	readonly wrapTtlMs?: number;
	/** For the one reader that can open what is written; absent: it is not encrypted. */
	readonly encryption?: SinkEncryption;
}

/** What is in a sink: nothing, something that others may have put there or can read, or a text. */
export type SinkContent =
	| { readonly kind: "absent" }
	| { readonly kind: "unsafe"; readonly reason: string }
	| { readonly kind: "text"; readonly text: Secret };

/** The files of sinks. Whoever writes the rendered ones provides it, so that one policy holds for all. */
export interface SinkFiles {
	/** Replaces the whole file in one step. @throws AgentError */
	write(sink: Sink, content: Secret): Promise<void>;
	/** The text without white space around it. */
	read(path: string): Promise<SinkContent>;
	/** A file that is no secret: the key of a reader. Rejects as `fs.readFile` does. */
	readPublic(path: string): Promise<string>;
	/** @throws AgentError */
	remove(path: string): Promise<void>;
}

export interface SinkDeps {
	readonly files: SinkFiles;
	readonly client: VaultClient;
	readonly clock: Clock;
	readonly random: () => number;
	readonly log: Log;
	/** Where the token lives, when that is not the client's own namespace. */
	readonly namespace?: string;
	/** Whether a sink that cannot be written ends the start: for those that do their work once. */
	readonly isStrict: boolean;
}

/** Pauses before a sink that could not be written is tried again. */
const BACKOFF = { minMs: 1000, maxMs: 60_000 };

/** Puts each new token into one sink, and tries again until it is there. */
export class SinkWriter {
	readonly sink: Sink;
	readonly #deps: SinkDeps;
	readonly #stop = new AbortController();
	#token: Secret | undefined;
	#encrypt: Encrypt | undefined;
	#content: { readonly token: Secret; readonly text: Secret; readonly until: number } | undefined;
	#isWritten = false;
	#failure: AgentError | undefined;
	#work: Promise<void> | undefined;

	constructor(sink: Sink, deps: SinkDeps) {
		this.sink = sink;
		this.#deps = deps;
	}

	/** Why the sink does not hold the token yet. */
	get failure(): AgentError | undefined {
		return this.#failure;
	}

	/** Begins to write the token. What comes of it, {@link failure} and the log tell. */
	put(token: Secret): void {
		this.#token = token;
		this.#isWritten = false;
		this.#work ??= this.#write(this.#stop.signal).finally(() => {
			this.#work = undefined;
		});
	}

	/** Resolves when nothing is being written. */
	async idle(): Promise<void> {
		await this.#work;
	}

	/** Ends the tries. */
	async close(): Promise<void> {
		this.#stop.abort(new Error("the session ends"));
		await this.#work;
	}

	/** Removes the file, if it still holds what was written last. */
	async clear(): Promise<void> {
		const { files, log } = this.#deps;
		const { path } = this.sink;
		const last = this.#content?.text.map((text) => text.trim());
		try {
			const found = last && (await files.read(path));
			if (found?.kind === "text" && found.text.equals(last)) await files.remove(path);
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			log.write("warn", "sink", { msg: `the sink ${path} still holds a token: ${error.message}`, path });
		}
	}

	async #write(signal: AbortSignal): Promise<void> {
		const { clock, random, isStrict } = this.#deps;
		for (let failures = 0; !this.#isWritten && !signal.aborted; failures++) {
			const token = this.#token;
			if (token === undefined) return;
			const error = await this.#tryOnce(token, signal);
			if (signal.aborted) return;
			this.#note(error);
			if (error === undefined) {
				this.#isWritten = token === this.#token;
				failures = -1;
			} else if (isStrict && error.remedy !== "retry") return;
			else await clock.sleep(backoffDelay(failures, BACKOFF, random), signal).catch(() => undefined);
		}
	}

	async #tryOnce(token: Secret, signal: AbortSignal): Promise<AgentError | undefined> {
		try {
			await this.#deps.files.write(this.sink, await this.#contentFor(token, signal));
			return undefined;
		} catch (error) {
			if (signal.aborted) return undefined;
			if (!(error instanceof AgentError)) throw error;
			return sinkError(this.sink, error);
		}
	}

	/** The token, or a wrapping of it that can still be unwrapped: tries at a full disk make one, not many. */
	async #contentFor(token: Secret, signal: AbortSignal): Promise<Secret> {
		const { client, clock, namespace } = this.#deps;
		const { wrapTtlMs } = this.sink;
		const now = clock.now();
		if (this.#content?.token !== token || this.#content.until <= now) {
			const encrypt = await this.#encryption(); // first: without a reader nothing is wrapped
			const text =
				wrapTtlMs === undefined ? token : await wrap(token, { client, wrapTtlMs, namespace }, signal);
			const until = wrapTtlMs === undefined ? Number.POSITIVE_INFINITY : now + wrapTtlMs / 2;
			this.#content = { token, text: encrypt(text), until };
		}
		return this.#content.text;
	}

	async #encryption(): Promise<Encrypt> {
		const { encryption } = this.sink;
		const { files } = this.#deps;
		if (encryption === undefined) return (text) => text;
		const { encryptionFor } = await import("./envelope.ts");
		this.#encrypt ??= await encryptionFor(encryption, (path) => files.readPublic(path));
		return this.#encrypt;
	}

	/** Says what has changed for the sink, once. */
	#note(error: AgentError | undefined): void {
		const { log } = this.#deps;
		const { path } = this.sink;
		const before = this.#failure;
		this.#failure = error;
		if (error !== undefined && error.message !== before?.message) {
			const rest = this.#deps.isStrict ? "" : "; trying again, the agent goes on";
			log.write("warn", "sink", { ...error.rows, msg: `${error.message}${rest}`, path, code: error.code });
		}
		if (error === undefined && before !== undefined)
			log.write("info", "sink", { msg: `the token stands in ${path} now`, path });
	}
}

interface Wrapping {
	readonly client: VaultClient;
	readonly wrapTtlMs: number;
	readonly namespace: string | undefined;
}

/** The wrapping as Vault Agent writes it (api-docs/system/wrapping-wrap): the server's `wrap_info`, as JSON. */
async function wrap(token: Secret, how: Wrapping, signal: AbortSignal): Promise<Secret> {
	const { client, wrapTtlMs, namespace } = how;
	const body = { token: token.reveal() };
	const call = { method: "POST", path: "sys/wrapping/wrap", body, token, wrapTtlMs } as const;
	const { wrapInfo } = await client.send({ ...call, ...(namespace !== undefined && { namespace }) }, signal);
	if (wrapInfo !== undefined) return new Secret(wrappingText(wrapInfo));
	throw new AgentError("Vault answered without a wrapping", {
		code: "E_SINK",
		rows: { do: "check that sys/wrapping/wrap is not answered by a proxy" },
	});
}

function sinkError({ path }: Sink, cause: AgentError): AgentError {
	const isFile = cause.exitCode === ExitCode.undeliverable;
	// What waiting mends at the server is waited for; a folder that cannot be written to is not going to change by itself.
	const isPassing = !isFile && cause.remedy === "retry";
	return new AgentError(`the token cannot be put into the sink ${path}: ${cause.message}`, {
		code: "E_SINK",
		exitCode: ExitCode.undeliverable,
		...(isPassing && { remedy: "retry" as const }),
		rows: cause.rows,
		facts: { path },
		cause,
	});
}
