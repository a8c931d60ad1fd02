import type { Given, Stanza } from "../hcl/decode.ts";
import { ownWord, type Words } from "../log-words.ts";
import type { Mapping } from "../mapping.ts";
import { filled, flag } from "../stanzas/values.ts";

const LEVELS: Words = {
	trace: "trace",
	debug: "debug",
	info: "info",
	warn: "warn",
	err: "error",
	error: "error",
};

const LEVEL_VARIABLES = ["CT_LOG", "CONSUL_TEMPLATE_LOG", "CONSUL_TEMPLATE_LOG_LEVEL"];

/** `log_level` of consul-template and envconsul. @param variables that say it when the config does not */
export function logLevel(top: Stanza, mapping: Mapping, variables = LEVEL_VARIABLES): void {
	const { draft, findings, env } = mapping;
	const name = variables.find((one) => env[one]);
	const said = name === undefined ? undefined : { value: env[name] ?? "", place: name, name };
	const given = filled(top.text("log_level")) ?? said;
	const level = ownWord(given?.value ?? "warn", LEVELS);
	if (level === undefined && given !== undefined)
		findings.refuse(given.place, `${given.name}: expected one of TRACE, DEBUG, INFO, WARN and ERR`);
	else draft.set(["log", "level"], level, given?.place ?? top.place);
}

/** `syslog { … }`. */
export function syslog(top: Stanza, mapping: Mapping): void {
	const stanza = top.merged("syslog");
	const isOn = stanza && flag(stanza, "enabled", mapping);
	stanza?.ignore("facility", "name");
	stanza?.done("refuse");
	if (isOn?.value !== true) return;
	mapping.findings.warn(
		isOn.place,
		`${isOn.name}: the log goes to stderr, which systemd and containers pass on, and not to syslog`,
	);
}

/** `log_file { … }`. */
export function logFile(top: Stanza, mapping: Mapping): void {
	const stanza = top.merged("log_file");
	if (stanza === undefined) return;
	const { draft } = mapping;
	draft.put(["log", "file"], filled(stanza.text("path")));
	draft.put(["log", "rotate_bytes"], stanza.integer("log_rotate_bytes"));
	draft.put(["log", "rotate_duration"], stanza.duration("log_rotate_duration", "nanoseconds"));
	draft.put(["log", "rotate_max_files"], stanza.integer("log_rotate_max_files"));
	stanza.done("refuse");
}

/** Signals that the program itself is told by, and what we take for it. */
const OWN_SIGNALS = [
	["kill_signal", ["SIGINT", "SIGTERM"], "SIGINT and SIGTERM end the agent"],
	["reload_signal", ["SIGHUP"], "SIGHUP has the agent read its config again"],
] as const;

export function ownSignals(top: Stanza, { findings }: Mapping): void {
	for (const [key, known, words] of OWN_SIGNALS) {
		const given = filled(top.text(key));
		if (given === undefined || known.some((name) => name === given.value.toUpperCase())) continue;
		findings.miss(given.place, `${given.name}: ${words}, and no other signal does`);
	}
}

/** Servers that are not asked. What is said of them is no reason to refuse a config that has no use for them. */
export function otherServers(top: Stanza, keys: readonly string[], { findings }: Mapping): void {
	for (const key of keys) {
		const address = addressOf(top, key);
		if (address === undefined) continue;
		findings.warn(address.place, `${address.name}: only Vault is asked; what reads from ${key} is refused`);
	}
}

/** Older configs say it in one text. */
function addressOf(top: Stanza, key: string): Given<string> | undefined {
	return filled(top.kind(key) === "text" ? top.text(key) : top.merged(key)?.text("address"));
}
