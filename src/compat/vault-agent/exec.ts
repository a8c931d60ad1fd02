import type { Given, Stanza } from "../hcl/decode.ts";
import { list, type Mapping, quoted } from "./mapping.ts";
import { shellCommand } from "./template-actions.ts";

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

/** Signals that Vault Agent knows: those that a child of ours is sent, and the others. */
const SENT = /^SIG(ALRM|CONT|HUP|INT|IO|KILL|PROF|QUIT|TERM|USR1|USR2|WINCH)$/;
const UNSENT = /^SIG(ABRT|BUS|FPE|ILL|IOT|NULL|PIPE|SEGV|STOP|SYS|TRAP|TSTP|TTIN|TTOU|XCPU|XFSZ)$/;

/** As native keys have it; nothing for an empty one. */
export function signal(given: Given<string>, { findings }: Mapping): Given<string> | undefined {
	const name = given.value.toUpperCase();
	if (name === "") return undefined;
	if (SENT.test(name)) return { ...given, value: name };
	if (UNSENT.test(name)) findings.miss(given.place, `${given.name}: a child is not sent this signal`);
	else findings.refuse(given.place, `${given.name}: expected a signal such as "SIGTERM"`);
	return undefined;
}
