import { AgentError, type Clock, type JsonValue, type Log, parseJson, Secret } from "../kernel/mod.ts";
import { asNumber, asObject, asText } from "../vault/mod.ts";
import { type CredentialFiles, CredentialReader, type CredentialSource } from "./credential.ts";
import { LARGEST_HANDOVER } from "./handover.ts";
import type { LeftToken } from "./left-token.ts";
import { type Opened, seal, type SealTerms, unseal } from "./sealing.ts";
import type { SinkContent, SinkFiles } from "./sink.ts";

/** What an agent leaves for the one after it. Times are steady ones, of the agent that leaves or finds it. */
export interface Legacy {
	/** When it was left. */
	readonly at: number;
	readonly token: Secret;
	/** When the token ends; infinite for one without an end. */
	readonly endsAt: number;
	/** What else goes over, as JSON carries it; times in it count from the moment that it was left. */
	readonly secrets: readonly JsonValue[];
}

export interface HandoverOptions {
	/** Absolute. */
	readonly path: string;
	/** What the key is made of: both agents have it, and nobody else who can read the file. */
	readonly key: CredentialSource;
	/** Names who logs in, and is bound to what is sealed. */
	readonly roleId?: CredentialSource;
	/** Server and login, in words that are the same for both agents. */
	readonly identity: readonly string[];
}

export interface HandoverDeps {
	readonly files: SinkFiles;
	readonly credentials: CredentialFiles;
	readonly clock: Clock;
	readonly log: Log;
}

/** What is shorter can be found by trying, in characters. */
const SHORTEST_KEY = 16;

/** The mode of the file: two agents hand over that are the same user. */
const MODE = 0o600;

const FAULTS: Readonly<Record<Exclude<Opened["kind"], "text">, string>> = {
	foreign: "another version of keyturn has written it, or somebody else",
	damaged: "it was sealed with another credential, for another server or login, or was changed since",
};

/** The file in which an agent leaves its token, and what lives by it, to the next one: sealed, and good for one. */
export class HandoverFile implements LeftToken {
	readonly event = "handover";
	readonly #options: HandoverOptions;
	readonly #deps: HandoverDeps;
	#legacy: Promise<Legacy | undefined> | undefined;
	#isOwn = false;

	constructor(options: HandoverOptions, deps: HandoverDeps) {
		this.#options = options;
		this.#deps = deps;
	}

	get path(): string {
		return this.#options.path;
	}

	/** The token alone. */
	async read(): Promise<SinkContent> {
		const legacy = await this.find();
		return legacy === undefined ? { kind: "absent" } : { kind: "text", text: legacy.token };
	}

	/** What was left here before the start. Never throws: what cannot be used is said once, and the agent logs in. */
	async find(): Promise<Legacy | undefined> {
		this.#legacy ??= this.#open();
		return await this.#legacy;
	}

	/** Removes what was found, whether or not it could be used. Never throws. */
	async clear(): Promise<void> {
		if (!this.#isOwn) return;
		const { path } = this;
		try {
			await this.#deps.files.remove(path);
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			const msg = `${path} cannot be removed, though it has served: ${error.message}`;
			this.#deps.log.write("warn", "handover", { msg, path, code: error.code });
		}
	}

	/** Leaves this for the next agent. Never throws: who finds nothing logs in. @returns whether it stands */
	async leave(legacy: Legacy): Promise<boolean> {
		const { path } = this;
		const { log } = this.#deps;
		const fault = await this.#write(legacy);
		const what = legacy.secrets.length === 0 ? "the token is" : "the token and what came of it are";
		const msg =
			fault === undefined
				? `${what} left in ${path} for the agent after this one`
				: `nothing is left for the agent after this one, which will log in: ${fault}`;
		log.write(fault === undefined ? "info" : "warn", "handover", { msg, path });
		return fault === undefined;
	}

	async #write({ at, token, endsAt, secrets }: Legacy): Promise<string | undefined> {
		const terms = await this.#terms();
		if (typeof terms === "string") return terms;
		const { clock } = this.#deps;
		// The next agent is another process: all that both can read is the wall clock.
		const date = clock.date() - (clock.now() - at);
		const left = Number.isFinite(endsAt) ? { left_ms: endsAt - at } : {};
		const whole = token.map((text) => JSON.stringify({ date, token: text, ...left, secrets }));
		const sealed = seal(whole, terms);
		if (sealed.reveal().length > LARGEST_HANDOVER) return "it would be larger than 1 MiB";
		try {
			await this.#deps.files.write({ path: this.path, mode: MODE }, sealed);
			return undefined;
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			return error.message;
		}
	}

	async #open(): Promise<Legacy | undefined> {
		const found = await this.#deps.files.read(this.path);
		if (found.kind === "absent") return undefined;
		if (found.kind === "unsafe") return this.#pass(`it ${found.reason}`);
		this.#isOwn = true;
		const terms = await this.#terms();
		if (typeof terms === "string") return this.#pass(terms);
		const opened = unseal(found.text, terms);
		if (opened.kind !== "text") return this.#pass(FAULTS[opened.kind]);
		const legacy = legacyIn(opened.text, this.#deps.clock);
		return legacy.endsAt > this.#deps.clock.now() ? legacy : this.#pass("its token has ended");
	}

	#pass(why: string): undefined {
		const { path } = this;
		this.#deps.log.write("warn", "handover", { msg: `${path} is not taken up: ${why}; logging in`, path });
		return undefined;
	}

	/** @returns why there are none, where there are none */
	async #terms(): Promise<SealTerms | string> {
		const { key: source, roleId, identity } = this.#options;
		const read = async (one: CredentialSource) =>
			await new CredentialReader(this.#deps.credentials, one).read();
		try {
			const key = await read(source);
			if (key.reveal().length < SHORTEST_KEY)
				return `the ${source.what} is too short to make a key of: at least ${SHORTEST_KEY} characters`;
			const named = roleId === undefined ? [] : [await read(roleId)];
			return { key, bound: [...identity.map((text) => new Secret(text)), ...named] };
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			return error.message;
		}
	}
}

/** Nobody else can have written it, so it is what {@link HandoverFile.leave} was given. */
function legacyIn(text: Secret, clock: Clock): Legacy {
	const { date, token, left_ms: left, secrets } = asObject(parseJson(text.reveal())) ?? {};
	const at = clock.now() - Math.max(0, clock.date() - asNumber(date));
	return {
		at,
		token: new Secret(asText(token)),
		endsAt: left === undefined ? Number.POSITIVE_INFINITY : at + asNumber(left),
		secrets: Array.isArray(secrets) ? (secrets as readonly JsonValue[]) : [],
	};
}
