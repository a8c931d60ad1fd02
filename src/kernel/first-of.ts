import type { Clock } from "./clock.ts";

/** What ended a wait: the awaited event, an order that came in between, or the time. */
export type Woken = "event" | "order" | "time";

/** Waits for whatever comes first; leaves no timer and no listener behind. Fails only as the event does. */
export async function firstOf(
	event: Promise<unknown>,
	ms: number,
	{ clock, order }: { readonly clock: Clock; readonly order?: AbortSignal },
): Promise<Woken> {
	const over = new AbortController();
	const stop = () => over.abort();
	if (order?.aborted) stop();
	order?.addEventListener("abort", stop);
	const time = clock.sleep(ms, over.signal).then(
		() => "time" as const,
		() => "order" as const,
	);
	try {
		return await Promise.race([event.then(() => "event" as const), time]);
	} finally {
		order?.removeEventListener("abort", stop);
		stop();
	}
}
