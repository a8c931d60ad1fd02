import { DEFAULT_TRIES } from "../defaults.ts";
import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { secondsOf, type Tries } from "../stanzas/trying.ts";
import { flag, lengthOf } from "../stanzas/values.ts";

/** Whom the stanza is of. */
interface Tried {
	/** Where it would be. */
	readonly place: string;
	/** Rendered once, and then the end. */
	readonly isOnce: boolean;
}

/**
 * `retry { … }` of a server. Attempts that failed are counted, and a secret that is not there is one: so long is a fault
 * borne, and a slow answer is none. When nobody says how long, only what is rendered once is ended by it: who serves keeps
 * serving.
 */
export function retries(stanza: Stanza | undefined, { place, isOnce }: Tried, mapping: Mapping): void {
	const { draft } = mapping;
	const tries = stanza === undefined ? DEFAULT_TRIES : triesOf(stanza, mapping);
	draft.set(["timeout"], "0s", stanza?.place ?? place);
	draft.set(["on_missing"], "wait", stanza?.place ?? place);
	const isBounded = tries.attempts > 0 && (isOnce || stanza !== undefined);
	if (isBounded) draft.set(["give_up_after"], `${secondsOf(tries)}s`, stanza?.place ?? place);
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
