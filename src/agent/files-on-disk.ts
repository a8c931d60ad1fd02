import type { Delivery, FileOrder } from "../render/mod.ts";
import type { UnitOrder } from "./order.ts";

/** The files as they stand on disk, with one port of the child in all that hold it. */
export class FilesOnDisk {
	#delivery: Delivery;
	#port: number | undefined;
	/** Paths that have been delivered before. */
	readonly #known = new Set<string>();
	/** Never rejects. */
	#last: Promise<unknown> = Promise.resolve();

	constructor(delivery: Delivery) {
		this.#delivery = delivery;
	}

	/** The port that they hold; nothing before they were first written for one. */
	get port(): number | undefined {
		return this.#port;
	}

	/** From now on these are the rules of delivery. */
	adopt(delivery: Delivery): void {
		this.#delivery = delivery;
	}

	/**
	 * Does what concerns the files while nobody else does: a loop delivers what is new, and a child that starts beside it
	 * has to find one generation, and its own port.
	 */
	async alone<T>(work: () => Promise<T>): Promise<T> {
		const mine = this.#last.then(work);
		this.#last = mine.catch(() => undefined);
		return await mine;
	}

	/**
	 * To be called {@link alone}.
	 *
	 * @param port what they are to hold; as before when absent
	 * @returns paths whose content has changed, and those new here that nobody was told about by a run that died
	 * @throws DeliveryError; they hold the port that they held then
	 */
	async deliver(orders: readonly UnitOrder[], port = this.#port): Promise<ReadonlySet<string>> {
		const filled = await Promise.all(orders.map(async (order) => await filledIn(order, port)));
		const changed = await this.#delivery.deliver(filled);
		this.#port = port;
		const unknown = orders.map(({ path }) => path).filter((path) => !this.#known.has(path));
		for (const path of unknown) this.#known.add(path);
		return new Set([...changed, ...(await this.#delivery.unnotified(unknown))]);
	}

	/** To be called {@link alone}: their change has reached whom it concerns. @throws DeliveryError */
	async settled(paths: readonly string[]): Promise<void> {
		await this.#delivery.settled(paths);
	}

	/** Removes what a run that died has left beside them. @throws DeliveryError */
	async sweep(paths: readonly string[]): Promise<void> {
		await this.#delivery.sweep(paths);
	}
}

async function filledIn({ forPort, ...order }: UnitOrder, port: number | undefined): Promise<FileOrder> {
	return forPort === undefined || port === undefined ? order : { ...order, content: await forPort(port) };
}
