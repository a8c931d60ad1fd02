/** Wakes who waits for something to have happened. Rung while nobody waits, it is heard at once by the next who does. */
export class Bell {
	#rung = Promise.withResolvers<void>();

	readonly ring = (): void => {
		this.#rung.resolve();
	};

	async heard(): Promise<void> {
		await this.#rung.promise;
		this.#rung = Promise.withResolvers<void>();
	}
}
