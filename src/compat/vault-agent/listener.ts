import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { flag, word } from "../stanzas/values.ts";
import { ignoreServerKeys } from "./listener-keys.ts";
import { listenerTls } from "./listener-tls.ts";

/** What the rest has to know of a listener. */
export interface Listener {
	readonly place: string;
	/** Answers for the agent itself, and passes nothing on to the server. */
	readonly isOwn: boolean;
}

const DEFAULT_ADDRESS = "127.0.0.1:8200";
const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\]):\d+$|^unix:/;

/** Keys that tell a listener without a label from one whose label stands around it, as JSON may have it. */
const OWN_KEYS = ["type", "address", "role", "tls_disable", "agent_api"];

/** All `listener "tcp" { … }`. */
export function listeners(top: Stanza, mapping: Mapping): readonly Listener[] {
	const read = top.labelled("listener", OWN_KEYS).map((stanza) => listener(stanza, mapping));
	const [first, ...others] = read.filter(({ isOwn }) => isOwn);
	first?.write();
	for (const { place } of others) mapping.findings.miss(place, "listener: a second one is not built yet");
	return read;
}

function listener(stanza: Stanza, mapping: Mapping): Listener & { readonly write: () => void } {
	const { findings, draft } = mapping;
	const { place } = stanza;
	const type = word(stanza, "type", mapping) ?? stanza.label;
	const kind = type?.value.toLowerCase();
	if (type === undefined) stanza.refuse('has no type; write listener "tcp"');
	else if (kind !== "tcp" && kind !== "unix")
		findings.refuse(type.place, `${stanza.name}: expected type "tcp" or "unix"`);
	const role = word(stanza, "role", mapping);
	if (role !== undefined && !["default", "metrics_only"].includes(role.value))
		findings.refuse(role.place, `${role.name}: expected "default" or "metrics_only"`);
	const isOwn = role?.value === "metrics_only";
	const address = addressOf(stanza, kind === "unix", mapping);
	const quit = quitOf(stanza, { isOwn, address }, mapping);
	const tls = listenerTls(stanza, { isOwn, isSocket: kind === "unix" }, mapping);
	ignoreServerKeys(stanza, mapping);
	stanza.done();
	if (!isOwn)
		findings.miss(
			place,
			`${stanza.name}: the local API proxy is not built yet, unlike role = "metrics_only"`,
		);
	const write = () => {
		draft.put(["listener", "address"], address);
		for (const [key, given] of Object.entries(tls)) draft.put(["listener", "tls", key], given);
		draft.put(["listener", "quit"], quit);
	};
	return { place, isOwn, write };
}

function addressOf(stanza: Stanza, isSocket: boolean, mapping: Mapping): Given<string> | undefined {
	const given = word(stanza, "address", mapping);
	if (given === undefined) return { value: DEFAULT_ADDRESS, place: stanza.place, name: stanza.name };
	if (given.value.includes("{{")) {
		mapping.findings.miss(
			given.place,
			`${given.name}: an address by the name of an interface is not built yet`,
		);
		return undefined;
	}
	return isSocket && !given.value.startsWith("unix:") ? { ...given, value: `unix:${given.value}` } : given;
}

function quitOf(
	stanza: Stanza,
	{ isOwn, address }: { readonly isOwn: boolean; readonly address: Given<string> | undefined },
	mapping: Mapping,
): Given<boolean> | undefined {
	const api = stanza.block("agent_api");
	const quit = api && flag(api, "enable_quit", mapping);
	api?.done();
	if (!isOwn || quit?.value !== true || LOCAL.test(address?.value ?? "")) return quit;
	mapping.findings.warn(
		quit.place,
		`${quit.name}: others can reach this address, so nobody can end the agent there`,
	);
	return undefined;
}
