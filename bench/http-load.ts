import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const REQUEST = Buffer.from("GET / HTTP/1.1\r\nHost: bench\r\n\r\n");

/** A client on a bare socket: it costs little beside what it measures. All answers have the same size. */
export class Client {
	readonly #socket: Socket;
	readonly #answerBytes: number;
	#left = 0;
	#answered: (() => void) | undefined;
	#failed: ((error: Error) => void) | undefined;

	private constructor(socket: Socket, answerBytes: number) {
		this.#socket = socket;
		this.#answerBytes = answerBytes;
		socket.on("data", (chunk) => {
			this.#left -= chunk.length;
			if (this.#left === 0) this.#answered?.();
		});
		socket.on("error", (error) => this.#failed?.(error));
		socket.on("close", () => this.#failed?.(new Error("the connection was closed")));
	}

	static async open(port: number, answerBytes: number): Promise<Client> {
		const socket = connect({ port, host: "127.0.0.1", noDelay: true });
		await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
		return new Client(socket, answerBytes);
	}

	/** @returns milliseconds until the whole answer was there */
	async ask(): Promise<number> {
		const before = performance.now();
		this.#left = this.#answerBytes;
		await new Promise<void>((resolve, reject) => {
			[this.#answered, this.#failed] = [resolve, reject];
			this.#socket.write(REQUEST);
		});
		return performance.now() - before;
	}

	close(): void {
		this.#socket.destroy();
	}
}

/** How large an answer is, with its head. */
export async function answerSize(port: number): Promise<number> {
	const socket = connect(port, "127.0.0.1");
	let size = 0;
	socket.on("data", (chunk) => (size += chunk.length));
	await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
	socket.write(REQUEST);
	await delay(200);
	socket.destroy();
	return size;
}

/** Requests per second over so many connections that never pause. */
export async function throughput(port: number, atOnce: number, seconds: number): Promise<number> {
	const size = await answerSize(port);
	const clients = await Promise.all(Array.from({ length: atOnce }, () => Client.open(port, size)));
	let answered = 0;
	const before = performance.now();
	const until = before + seconds * 1000;
	await Promise.all(
		clients.map(async (client) => {
			for (; performance.now() < until; answered++) await client.ask();
			client.close();
		}),
	);
	return answered / ((performance.now() - before) / 1000);
}

/** Times of single requests with little load, in milliseconds, in the order of their size. */
export async function latencies(port: number, count: number): Promise<number[]> {
	const client = await Client.open(port, await answerSize(port));
	const times: number[] = [];
	for (let index = 0; index < count; index++) {
		times.push(await client.ask());
		await delay(2);
	}
	client.close();
	return times.toSorted((a, b) => a - b);
}

/** Opens so many connections one after the other, each with one request, a few at a time. */
export async function connections(port: number, count: number): Promise<void> {
	const size = await answerSize(port);
	const worker = async (share: number) => {
		for (let index = 0; index < share; index++) {
			const client = await Client.open(port, size);
			await client.ask();
			client.close();
		}
	};
	const workers = 20;
	await Promise.all(Array.from({ length: workers }, () => worker(count / workers)));
}
