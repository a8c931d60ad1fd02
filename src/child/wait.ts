import type { Clock } from "../kernel/mod.ts";

/** What ended a wait: the awaited event, an order that came in between, or the time. */
export type Woken = "event" | "order" | "time";

/** Waits for whatever comes first; leaves no timer and no listener behind. */
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

/** Sleeps, come what may. */
export async function pause(ms: number, clock: Clock): Promise<void> {
	await clock.sleep(ms, new AbortController().signal);
}
