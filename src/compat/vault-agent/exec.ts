import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { shellCommand } from "../stanzas/command.ts";
import { signal } from "../stanzas/signal.ts";
import { list, quoted } from "../stanzas/values.ts";

/** What the rest has to know of the child. */
export interface Exec {
	readonly place: string;
}

const RESTARTS = ["always", "never"];

/** `exec { … }` at the top. */
export function exec(top: Stanza, mapping: Mapping): Exec | undefined {
	const stanza = top.block("exec");
	if (stanza === undefined) return undefined;
	const { draft, findings } = mapping;
	const { place } = stanza;
	const command = list(stanza, "command", mapping);
	const restart = quoted(stanza, "restart_on_secret_changes", mapping);
	const stopSignal = quoted(stanza, "restart_stop_signal", mapping);
	stanza.done("refuse");
	if (command === undefined ? !stanza.has("command") : command.value.length === 0)
		stanza.refuse("lacks command, the program and its words");
	draft.put(["exec", "command"], command && { ...command, value: shellCommand(command.value) });
	if (restart !== undefined && restart.value !== "" && !RESTARTS.includes(restart.value))
		findings.refuse(restart.place, `${restart.name}: expected "always" or "never"`);
	if (restart?.value === "never") {
		draft.set(["exec", "on_change"], "none", restart.place);
		draft.set(["exec", "fixed_env"], true, restart.place);
	}
	draft.put(["exec", "stop_signal"], stopSignal && signal(stopSignal, mapping));
	return { place };
}
