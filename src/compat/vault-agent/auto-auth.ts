import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { flag, lasting, lengthOf } from "../stanzas/values.ts";
import { writeMethodConfig } from "./method-config.ts";
import { namespaceOf, type Server } from "./server.ts";
import { sinks } from "./sinks.ts";

/** What the rest has to know of the login. */
export interface AutoAuth {
	readonly place: string;
	/** How many sinks there are. */
	readonly sinks: number;
	/** The token comes wrapped, so that the agent does not hold it. */
	readonly isWrapped: boolean;
	/** As they were given. */
	readonly minBackoff?: Given<string> | undefined;
	readonly maxBackoff?: Given<string> | undefined;
}

/** `auto_auth { … }`. */
export function autoAuth(top: Stanza, near: Server, mapping: Mapping): AutoAuth | undefined {
	const stanza = top.block("auto_auth");
	if (stanza === undefined) return undefined;
	const isEager = flag(stanza, "enable_reauth_on_new_credentials", mapping)?.value === true;
	const [method, ...others] = stanza.labelled("method", METHOD_KEYS);
	const written = stanza.labelled("sink", SINK_KEYS);
	stanza.done();
	if (method === undefined || others.length > 0) stanza.refuse("needs one method block, and only one");
	const { place } = stanza;
	if (method === undefined) return { place, sinks: written.length, isWrapped: false };

	const wrapTtl = lasting(method.duration("wrap_ttl"));
	const backoff = {
		minBackoff: lasting(method.duration("min_backoff")),
		maxBackoff: lasting(method.duration("max_backoff")),
	};
	const exitOnErr = flag(method, "exit_on_err", mapping);
	const isKnown = writeMethodConfig(method, { isEager }, mapping);
	const isSinkWrapped = sinks(written, mapping, isKnown);
	checkWrapping(wrapTtl, { sinks: written.length, isSinkWrapped }, mapping);
	refuseOrder(backoff, mapping);
	const { draft } = mapping;
	// Vault Agent reads in the namespace in which it logs in.
	const namespacePath = near.hasNamespace ? ["auto_auth", "namespace"] : ["vault", "namespace"];
	const namespace = namespaceOf(method, mapping);
	method.done();
	if (isKnown || !near.hasNamespace) draft.put(namespacePath, namespace);
	if (isKnown) {
		draft.put(["auto_auth", "wrap_ttl"], wrapTtl);
		draft.put(["auto_auth", "min_backoff"], backoff.minBackoff);
		draft.put(["auto_auth", "max_backoff"], backoff.maxBackoff);
		draft.put(["auto_auth", "exit_on_err"], exitOnErr);
	}
	return { place, sinks: written.length, isWrapped: wrapTtl !== undefined, ...backoff };
}

const METHOD_KEYS = [
	"type",
	"mount_path",
	"wrap_ttl",
	"min_backoff",
	"max_backoff",
	"namespace",
	"exit_on_err",
	"config",
];

const SINK_KEYS = ["type", "wrap_ttl", "dh_type", "dh_path", "derive_key", "aad", "aad_env_var", "config"];

const DEFAULT_MIN_MS = 1000;
const DEFAULT_MAX_MS = 300_000;

function refuseOrder(
	{ minBackoff: min, maxBackoff: max }: Pick<AutoAuth, "minBackoff" | "maxBackoff">,
	{ findings }: Mapping,
): void {
	const given = min ?? max;
	if (given === undefined) return;
	const minMs = min === undefined ? DEFAULT_MIN_MS : lengthOf(min);
	const maxMs = max === undefined ? DEFAULT_MAX_MS : lengthOf(max);
	if (minMs >= maxMs)
		findings.refuse(
			given.place,
			`${given.name}: expected min_backoff (else 1s) to be less than max_backoff (else 5m)`,
		);
}

function checkWrapping(
	wrapTtl: Given<string> | undefined,
	{ sinks: count, isSinkWrapped }: { readonly sinks: number; readonly isSinkWrapped: boolean },
	{ findings }: Mapping,
): void {
	if (wrapTtl === undefined) return;
	const { place, name } = wrapTtl;
	if (count !== 1) {
		const message = `expected exactly one sink for the wrapped token, found ${count}`;
		findings.refuse(place, `${name}: ${message}`);
	} else if (isSinkWrapped)
		findings.refuse(place, `${name}: the sink wraps the token too; leave one of them out`);
}
