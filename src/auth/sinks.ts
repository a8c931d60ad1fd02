import type { AgentError, Secret } from "../kernel/mod.ts";
import type { LeftToken } from "./left-token.ts";
import { type Sink, type SinkDeps, SinkWriter } from "./sink.ts";

/** What a sink has to say to a status report. */
export interface SinkStanding {
	readonly path: string;
	/** Why it does not hold the token. */
	readonly error?: AgentError;
}

/** The files that get the token after each login. */
export class Sinks {
	readonly #sinks: readonly Sink[];
	readonly #deps: SinkDeps;
	readonly #writers: readonly SinkWriter[];

	constructor(sinks: readonly Sink[], deps: SinkDeps) {
		this.#sinks = sinks;
		this.#deps = deps;
		this.#writers = sinks.map((sink) => new SinkWriter(sink, deps));
	}

	get standing(): readonly SinkStanding[] {
		return this.#writers.map(({ sink, failure }) => ({
			path: sink.path,
			...(failure && { error: failure }),
		}));
	}

	/**
	 * Those in which the token of an agent before this one may be and may be taken up: what is wrapped or encrypted is for
	 * somebody else.
	 */
	get left(): readonly LeftToken[] {
		const { files } = this.#deps;
		return this.#sinks
			.filter(({ reuse }) => reuse !== false)
			.filter(({ wrapTtlMs, encryption }) => wrapTtlMs === undefined && encryption === undefined)
			.map(({ path }) => ({ path, event: "sink", read: async () => await files.read(path) }));
	}

	/** Begins to put the token into each; see {@link stand}. */
	put(token: Secret): void {
		for (const writer of this.#writers) writer.put(token);
	}

	/**
	 * For those that do their work once: resolves when the token stands everywhere. Others need not wait.
	 *
	 * @throws AgentError `E_SINK` for a sink that cannot be written
	 */
	async stand(): Promise<void> {
		if (!this.#deps.isStrict) return;
		for (const writer of this.#writers) {
			await writer.idle();
			if (writer.failure !== undefined) throw writer.failure;
		}
	}

	/** Ends the tries. */
	async close(): Promise<void> {
		await Promise.all(this.#writers.map(async (writer) => await writer.close()));
	}

	/** Removes the files that hold what was put there last. */
	async clear(): Promise<void> {
		await Promise.all(this.#writers.map(async (writer) => await writer.clear()));
	}
}
