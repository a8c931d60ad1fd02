import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** One request that is over. */
export interface Sample {
	/** Milliseconds since the epoch. */
	readonly sentAt: number;
	readonly endedAt: number;
	/** Fingerprint of the key it was answered with; absent when it failed. */
	readonly key?: string;
	/** Why it failed: `ECONNREFUSED`, `ECONNRESET`, `status 502`, `a word is missing`, … */
	readonly failure?: string;
}

/** What one kind of client has met. */
export interface Traffic {
	readonly samples: readonly Sample[];
	readonly refused: number;
	readonly cut: number;
}

interface Asked {
	readonly clientKey?: string;
	readonly body: string;
	readonly agent: Agent;
	readonly check: (text: string) => string;
}

/** How answers of a gateway are read. Both throw when something of one is missing, and give the key's fingerprint. */
export interface Reader {
	/** What clients show to the gateway, where it wants to see something. */
	readonly clientKey?: string;
	/** @param sent size of the body that was sent */
	completed(text: string, sent: number): string;
	/** @param words so many were asked for: `word0 word1 …` */
	streamed(text: string, words: number): string;
}

const PATH = "/v1/chat/completions";

const QUESTION = { model: "sample", messages: [{ role: "user", content: "Hello" }] };

/** Sizes of the bodies that are sent, in turn: within one segment, and over many. */
const BODY_SIZES = [100, 1500, 20_000, 70_000];

/** Clients of a gateway that speaks as the OpenAI API does. None of them sends a request twice. */
export class GatewayLoad {
	readonly #url: URL;
	readonly #end = new AbortController();
	readonly #clients: Promise<void>[] = [];
	readonly #samples: Sample[] = [];
	readonly #reader: Reader;
	#sent = 0;

	/** @param reader default for the sample gateway */
	constructor(url: string, reader: Reader = sampleGateway) {
		this.#url = new URL(PATH, url);
		this.#reader = reader;
	}

	get traffic(): Traffic {
		const failures = this.#samples.map(({ failure }) => failure).filter((one) => one !== undefined);
		const refused = failures.filter((one) => one === "ECONNREFUSED").length;
		return { samples: this.#samples, refused, cut: failures.length - refused };
	}

	/** So many requests a second, each over a connection of its own, whether or not those before are answered. */
	steady(perSecond: number): this {
		const agent = new Agent({ keepAlive: false });
		const client = async () => {
			const startedAt = Date.now();
			const open = new Set<Promise<void>>();
			for (let sent = 0; !this.#isOver; ) {
				for (; sent < ((Date.now() - startedAt) / 1000) * perSecond; sent++) {
					const one = this.#complete(agent).finally(() => open.delete(one));
					open.add(one);
				}
				await this.#pause(1000 / perSecond);
			}
			await Promise.all(open);
		};
		this.#clients.push(client());
		return this;
	}

	/** So many clients, each with one connection that it keeps; the next request goes out as the answer has come. */
	busy(clients: number): this {
		for (let index = 0; index < clients; index++) {
			const agent = new Agent({ keepAlive: true, maxSockets: 1 });
			const client = async () => {
				while (!this.#isOver) await this.#complete(agent);
				agent.destroy();
			};
			this.#clients.push(client());
		}
		return this;
	}

	/** So many answers are always being streamed, each of so many words; the next one follows at once. */
	streams(clients: number, words: number): this {
		for (let index = 0; index < clients; index++) {
			const agent = new Agent({ keepAlive: true, maxSockets: 1 });
			const client = async () => {
				await this.#pause(50 * index); // not all in step
				const body = JSON.stringify({ ...QUESTION, stream: true, max_tokens: words });
				const check = (text: string) => this.#reader.streamed(text, words);
				while (!this.#isOver) await this.#ask({ ...this.#reader, body, agent, check });
				agent.destroy();
			};
			this.#clients.push(client());
		}
		return this;
	}

	/** No new requests; what is under way is waited for, streams to their last word. */
	async stop(): Promise<Traffic> {
		this.#end.abort();
		await Promise.all(this.#clients);
		return this.traffic;
	}

	get #isOver(): boolean {
		return this.#end.signal.aborted;
	}

	async #pause(ms: number): Promise<void> {
		await delay(ms, undefined, { signal: this.#end.signal }).catch(() => undefined);
	}

	async #complete(agent: Agent): Promise<void> {
		const size = BODY_SIZES[this.#sent++ % BODY_SIZES.length] ?? 0;
		const body = JSON.stringify({ ...QUESTION, user: "x".repeat(size) });
		const check = (text: string) => this.#reader.completed(text, body.length);
		await this.#ask({ ...this.#reader, body, agent, check });
	}

	async #ask(asked: Asked): Promise<void> {
		const sentAt = Date.now();
		const result = await exchange(this.#url, asked).then(
			(key) => ({ key }),
			(error: unknown) => ({ failure: reasonOf(error) }),
		);
		this.#samples.push({ sentAt, endedAt: Date.now(), ...result });
	}
}

async function exchange(url: URL, { body, agent, check, clientKey }: Asked): Promise<string> {
	const headers = {
		"Content-Type": "application/json",
		...(clientKey !== undefined && { Authorization: `Bearer ${clientKey}` }),
	};
	const text = await new Promise<string>((resolve, reject) => {
		const outgoing = request(url, { method: "POST", agent, headers }, (reply) => {
			let received = "";
			reply.setEncoding("utf8");
			reply.on("data", (chunk: string) => (received += chunk));
			reply.on("error", reject);
			reply.on("end", () => {
				if (reply.statusCode === 200 && reply.complete) resolve(received);
				else reject(new Error(`status ${reply.statusCode}`));
			});
		});
		outgoing.on("error", reject);
		outgoing.end(body);
	});
	return check(text);
}

/**
 * Requests that were sent after a switch, and answered with a key from before it.
 *
 * @param keys fingerprints in the order of their use: a switch to each but the first
 * @param switches milliseconds since the epoch
 */
export function staleAnswers(
	samples: readonly Sample[],
	{ keys, switches }: { readonly keys: readonly string[]; readonly switches: readonly number[] },
): readonly Sample[] {
	return samples.filter(({ sentAt, key }) => {
		const least = switches.findLastIndex((at) => at < sentAt) + 1;
		return key !== undefined && keys.indexOf(key) < least;
	});
}

const sampleGateway: Reader = {
	completed(text, sent) {
		const { key, received } = JSON.parse(text) as { key: string; received: number };
		if (received !== sent) throw new Error(`${received} bytes of ${sent} came in`);
		return key;
	},
	streamed(text, words) {
		const [key, ...others] = new Set(streamedChunks(text, words).map((chunk) => chunk.key));
		if (key === undefined || others.length > 0) throw new Error("words of several gateways");
		return key;
	},
};

/** @throws Error unless every word has come, in order */
export function streamedChunks(text: string, words: number): readonly Chunk[] {
	const events = text.split("\n\n").slice(0, -1);
	if (events.pop() !== "data: [DONE]") throw new Error("the last word is missing");
	const chunks = events.map((event) => JSON.parse(event.slice("data: ".length)) as Chunk);
	const said = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
	if (said !== Array.from({ length: words }, (_, index) => `word${index} `).join(""))
		throw new Error("a word is missing");
	return chunks;
}

interface Chunk {
	readonly key: string;
	readonly choices: readonly { readonly delta: { readonly content?: string | null } }[];
}

function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return "unknown";
	return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
