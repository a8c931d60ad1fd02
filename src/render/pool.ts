/**
 * Does the work for every item, at most so many at a time, and waits for all of it, failures included: nothing is
 * still under way when it returns.
 *
 * @throws what the work for the first of the failed items threw; nothing new is begun after a failure
 */
export async function atMost<T>(
	count: number,
	items: readonly T[],
	work: (item: T) => Promise<void>,
): Promise<void> {
	const failures = new Map<number, unknown>();
	const queue = items.entries();
	const worker = async () => {
		for (const [index, item] of queue) {
			try {
				await work(item);
			} catch (error) {
				failures.set(index, error);
			}
			if (failures.size > 0) return;
		}
	};
	await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
	if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
}
