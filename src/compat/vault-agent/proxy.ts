import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { flag, word } from "../stanzas/values.ts";

/** `api_proxy { … }` or `cache { … }`: what the rest has to know of it. */
export interface Proxy {
	readonly place: string;
	/** `use_auto_auth_token`, when it is there. */
	readonly token: { readonly place: string; readonly isOn: boolean } | undefined;
}

/** `api_proxy { … }`. */
export function apiProxy(top: Stanza, mapping: Mapping): Proxy | undefined {
	const stanza = top.block("api_proxy");
	if (stanza === undefined) return undefined;
	const token = tokenOf(stanza, mapping);
	stanza.done();
	mapping.findings.miss(stanza.place, "api_proxy: the local API proxy is not built yet");
	return { place: stanza.place, token };
}

/** `cache { … }`; an empty one asks for nothing that is not there: each secret is read once for all who ask. */
export function cache(top: Stanza, mapping: Mapping): Proxy | undefined {
	const stanza = top.block("cache");
	if (stanza === undefined) return undefined;
	const token = tokenOf(stanza, mapping);
	const [persist, ...others] = stanza.labelled("persist", PERSIST_KEYS);
	if (persist !== undefined) checkPersist(persist, mapping);
	for (const other of others) other.refuse("is there already; only one persist block is allowed");
	stanza.done();
	if (token !== undefined)
		mapping.findings.miss(token.place, "cache.use_auto_auth_token: the local API proxy is not built yet");
	return { place: stanza.place, token };
}

const PERSIST_KEYS = ["type", "path", "keep_after_import", "exit_on_err", "service_account_token_file"];

function checkPersist(persist: Stanza, mapping: Mapping): void {
	const type = word(persist, "type", mapping)?.value || persist.label?.value;
	if (!type) persist.refuse('has no type; write persist "kubernetes"');
	word(persist, "path", mapping);
	flag(persist, "keep_after_import", mapping);
	flag(persist, "exit_on_err", mapping);
	word(persist, "service_account_token_file", mapping);
	persist.done();
	mapping.findings.miss(persist.place, "cache.persist: a cache that outlives the agent is not built yet");
}

/** True, false, or `"force"`. */
function tokenOf(stanza: Stanza, { findings }: Mapping): Proxy["token"] {
	const given = stanza.text("use_auto_auth_token");
	if (given === undefined) return undefined;
	const { value, place, name } = given;
	if (/^(1|t|true|force)$/i.test(value)) return { place, isOn: true };
	if (!/^(0|f|false|)$/i.test(value)) findings.refuse(place, `${name}: expected true, false or "force"`);
	return { place, isOn: false };
}
