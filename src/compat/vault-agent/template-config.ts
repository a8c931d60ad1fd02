import { DEFAULT_INTERVAL, DEFAULT_TRIES } from "../defaults.ts";
import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { secondsOf } from "../stanzas/trying.ts";
import { flag, lengthOf } from "../stanzas/values.ts";
import type { AutoAuth } from "./auto-auth.ts";
import type { Server } from "./server.ts";

const SHORTEST_INTERVAL = { ms: 1000, text: "1s" };

/** `template_config { … }`, and what follows from there being none. */
export function templateConfig(
	top: Stanza,
	{ server, autoAuth }: { readonly server: Server; readonly autoAuth: AutoAuth | undefined },
	mapping: Mapping,
): void {
	const { draft } = mapping;
	const stanza = top.block("template_config");
	const interval = stanza?.duration("static_secret_render_interval");
	if (interval === undefined || lengthOf(interval) === 0)
		draft.set(["poll_interval"], DEFAULT_INTERVAL, top.place);
	else draft.set(["poll_interval"], pollInterval(interval, mapping), interval.place);
	const isEnded = stanza && flag(stanza, "exit_on_retry_failure", mapping);
	if (isEnded?.value !== true) draft.set(["on_missing"], "wait", isEnded?.place ?? top.place);
	else draft.set(["give_up_after"], `${giveUpAfterSeconds(server, autoAuth)}s`, isEnded.place);
	// HashiCorp's has these, and the injector writes them; connections are shared here, and leases renewed in time.
	stanza?.ignore("max_connections_per_host", "lease_renewal_threshold");
	stanza?.done();
}

function pollInterval(given: Given<string>, { findings }: Mapping): string {
	if (lengthOf(given) >= SHORTEST_INTERVAL.ms) return given.value;
	findings.warn(given.place, `${given.name}: secrets are read every ${SHORTEST_INTERVAL.text} at most`);
	return SHORTEST_INTERVAL.text;
}

/** How long Vault Agent's template engine tries before it gives up: as often as `num_retries`. */
function giveUpAfterSeconds({ retries }: Server, autoAuth: AutoAuth | undefined): number {
	const { minBackoff, maxBackoff } = autoAuth ?? {};
	return secondsOf({
		attempts: retries,
		firstMs: minBackoff === undefined ? DEFAULT_TRIES.firstMs : lengthOf(minBackoff),
		longestMs: maxBackoff === undefined ? DEFAULT_TRIES.longestMs : lengthOf(maxBackoff),
	});
}
