/**
 * Waits for the work, but no longer than until the signal aborts; it fails only as the work does. Nothing is left on
 * the signal: one that lives as long as the process is waited for again and again.
 */
export async function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
	const { promise: aborted, resolve } = Promise.withResolvers<void>();
	const end = () => resolve();
	if (signal.aborted) end();
	signal.addEventListener("abort", end, { once: true });
	try {
		await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener("abort", end);
	}
}
