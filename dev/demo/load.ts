import { Agent, request } from "node:http";

const PER_SECOND = 50;
const TICK_MS = 1000 / PER_SECOND;
const TIMEOUT_MS = 2000;

/** One request to the gateway that is over. */
export interface Sample {
	/** Milliseconds since the epoch, as everywhere here. */
	readonly sentAt: number;
	readonly endedAt: number;
	/** Fingerprint of the key it was answered with; absent when it failed. */
	readonly key?: string;
}

/** Clients of the gateway: one request every tick, whether or not those before have been answered. None is repeated. */
export class Load {
	readonly samples: Sample[] = [];
	readonly #url: string;
	readonly #agent = new Agent({ keepAlive: true });
	readonly #open = new Set<Promise<void>>();
	#timer: NodeJS.Timeout | undefined;

	constructor(url: string) {
		this.#url = url;
	}

	/** @returns the moment of the first request */
	start(): number {
		const startedAt = Date.now();
		let sent = 0;
		const tick = () => {
			for (; sent <= (Date.now() - startedAt) / TICK_MS; sent++) this.#send();
		};
		this.#timer = setInterval(tick, TICK_MS / 2);
		tick();
		return startedAt;
	}

	/** Sends no more and waits for what is under way. */
	async stop(): Promise<void> {
		clearInterval(this.#timer);
		await Promise.all(this.#open);
		this.#agent.destroy();
	}

	#send(): void {
		const sentAt = Date.now();
		const asked = ask(`${this.#url}/v1/chat/completions`, this.#agent).then(
			(key) => void this.samples.push({ sentAt, endedAt: Date.now(), key }),
			() => void this.samples.push({ sentAt, endedAt: Date.now() }),
		);
		this.#open.add(asked);
		void asked.finally(() => this.#open.delete(asked));
	}
}

/** Fingerprint of the key that the gateway holds; undefined as long as it does not answer. */
export async function servedKey(url: string): Promise<string | undefined> {
	try {
		const reply = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
		return ((await reply.json()) as { key: string }).key;
	} catch {
		return undefined;
	}
}

async function ask(url: string, agent: Agent): Promise<string> {
	const body = JSON.stringify({ model: "sample", messages: [{ role: "user", content: "Hello" }] });
	const signal = AbortSignal.timeout(TIMEOUT_MS);
	const text = await new Promise<string>((resolve, reject) => {
		const outgoing = request(url, { method: "POST", agent, signal }, (reply) => {
			let received = "";
			reply.setEncoding("utf8");
			reply.on("data", (chunk: string) => (received += chunk));
			reply.on("error", reject);
			reply.on("end", () => {
				if (reply.statusCode === 200) resolve(received);
				else reject(new Error(`status ${reply.statusCode}`));
			});
		});
		outgoing.on("error", reject);
		outgoing.end(body);
	});
	return (JSON.parse(text) as { key: string }).key;
}
