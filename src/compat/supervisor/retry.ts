import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { flag, lengthOf } from "../stanzas/values.ts";

/** As they are when nobody says; pauses in milliseconds. */
const DEFAULTS = { attempts: 12, firstMs: 250, longestMs: 60_000 };

/**
 * `retry { … }` of a server. How long it lasts bounds the wait with `once`; otherwise the program is ended by it only when
 * the config says so itself: one that serves keeps serving.
 */
export function retries(stanza: Stanza | undefined, place: string, mapping: Mapping): void {
	const { draft } = mapping;
	const tries = stanza === undefined ? DEFAULTS : triesOf(stanza, mapping);
	const span = `${lasting(tries)}s`;
	draft.set(["timeout"], span, stanza?.place ?? place);
	if (stanza !== undefined && tries.attempts > 0) draft.set(["give_up_after"], span, stanza.place);
}

function triesOf(stanza: Stanza, mapping: Mapping): typeof DEFAULTS {
	const attempts = stanza.integer("attempts");
	const first = stanza.duration("backoff", "nanoseconds");
	const longest = stanza.duration("max_backoff", "nanoseconds");
	const isEnabled = flag(stanza, "enabled", mapping);
	stanza.done("refuse");
	return {
		attempts: isEnabled?.value === false ? 1 : (attempts?.value ?? DEFAULTS.attempts),
		firstMs: first === undefined ? DEFAULTS.firstMs : lengthOf(first),
		longestMs: longest === undefined ? DEFAULTS.longestMs : lengthOf(longest),
	};
}

const YEAR_SECONDS = 365 * 86_400;

/** In seconds, 0 for ever: each pause is twice the last one. */
function lasting({ attempts, firstMs, longestMs }: typeof DEFAULTS): number {
	if (attempts <= 0) return 0;
	let totalMs = 0;
	for (let attempt = 0; attempt < Math.min(attempts, 1000); attempt++) {
		const pauseMs = firstMs * 2 ** attempt;
		totalMs += longestMs > 0 ? Math.min(pauseMs, longestMs) : pauseMs;
	}
	return Math.max(1, Math.min(Math.ceil(totalMs / 1000), YEAR_SECONDS));
}
