import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { commandOf, environment } from "../stanzas/command.ts";
import { signal } from "../stanzas/signal.ts";
import { filled, flag, lengthOf } from "../stanzas/values.ts";

/** What the rest has to know of the child. */
export interface Exec {
	readonly place: string;
	/** What is done with it when something has changed. */
	readonly onChange: "restart" | { readonly signal: string };
}

/** The block as it was written. */
interface Block {
	readonly command: Given<readonly string[]>;
	readonly killSignal: Given<string> | undefined;
	readonly reloadSignal: Given<string> | undefined;
	readonly killTimeout: Given<string> | undefined;
	readonly splay: Given<string> | undefined;
	/** See `inherit_env`. */
	readonly env: { readonly custom?: readonly string[] } | undefined;
}

/**
 * `exec { … }` of consul-template and envconsul; nothing where there is no child.
 *
 * @param variables what the child is told of the server, `NAME=value` each; its own `custom` comes after
 */
export function exec(top: Stanza, variables: readonly string[], mapping: Mapping): Exec | undefined {
	const stanza = top.merged("exec");
	const block = stanza && read(stanza, mapping);
	if (stanza === undefined || block === undefined) return undefined;
	const { draft } = mapping;
	const { place } = stanza;
	const { command, killSignal: stop, reloadSignal: reload, killTimeout, splay, env } = block;
	draft.put(["exec", "command"], command);
	draft.set(["exec", "stop_signal"], stop?.value ?? "SIGINT", stop?.place ?? place);
	draft.put(["exec", "stop_timeout"], killTimeout);
	draft.put(["exec", "splay"], splay);
	const custom = [...variables, ...(env?.custom ?? [])];
	if (env !== undefined || custom.length > 0) draft.set(["exec", "inherit_env"], { ...env, custom }, place);
	const onChange = reload && { signal: reload.value };
	if (reload !== undefined) draft.set(["exec", "on_change"], onChange, reload.place);
	return { place, onChange: onChange ?? "restart" };
}

function read(stanza: Stanza, mapping: Mapping): Block | undefined {
	const command = commandOf(stanza, mapping);
	const timeout = stanza.duration("timeout", "nanoseconds");
	const isEnabled = flag(stanza, "enabled", mapping);
	const block = {
		killSignal: signalOf(stanza, "kill_signal", mapping),
		reloadSignal: signalOf(stanza, "reload_signal", mapping),
		killTimeout: stanza.duration("kill_timeout", "nanoseconds"),
		splay: stanza.duration("splay", "nanoseconds"),
		env: environment(stanza.merged("env"), mapping),
	};
	stanza.done("refuse");
	if (command === undefined || command.value.length === 0 || isEnabled?.value === false) return undefined;
	if (timeout !== undefined && lengthOf(timeout) > 0)
		mapping.findings.miss(timeout.place, `${timeout.name}: a child is not ended for its age`);
	return { command, ...block };
}

function signalOf(stanza: Stanza, key: string, mapping: Mapping): Given<string> | undefined {
	const given = filled(stanza.text(key));
	return given && signal(given, mapping);
}
