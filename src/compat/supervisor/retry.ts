import { DEFAULT_TRIES } from "../defaults.ts";
import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { secondsOf, type Tries } from "../stanzas/trying.ts";
import { flag, lengthOf } from "../stanzas/values.ts";

/**
 * `retry { … }` of a server. How long it lasts bounds the wait with `once`; otherwise the program is ended by it only when
 * the config says so itself: one that serves keeps serving.
 */
export function retries(stanza: Stanza | undefined, place: string, mapping: Mapping): void {
	const { draft } = mapping;
	const tries = stanza === undefined ? DEFAULT_TRIES : triesOf(stanza, mapping);
	const span = `${tries.attempts > 0 ? secondsOf(tries) : 0}s`; // without a bound it tries for ever
	draft.set(["timeout"], span, stanza?.place ?? place);
	if (stanza !== undefined && tries.attempts > 0) draft.set(["give_up_after"], span, stanza.place);
}

function triesOf(stanza: Stanza, mapping: Mapping): Tries {
	const attempts = stanza.integer("attempts");
	const first = stanza.duration("backoff", "nanoseconds");
	const longest = stanza.duration("max_backoff", "nanoseconds");
	const isEnabled = flag(stanza, "enabled", mapping);
	stanza.done("refuse");
	return {
		attempts: isEnabled?.value === false ? 1 : (attempts?.value ?? DEFAULT_TRIES.attempts),
		firstMs: first === undefined ? DEFAULT_TRIES.firstMs : lengthOf(first),
		longestMs: longest === undefined ? DEFAULT_TRIES.longestMs : lengthOf(longest),
	};
}
