import type { Given } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";

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
