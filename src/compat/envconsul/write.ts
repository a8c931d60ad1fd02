import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { filled, flag } from "../stanzas/values.ts";
import { waitOf } from "../stanzas/wait.ts";
import { exec, type Exec } from "../supervisor/exec.ts";
import { once } from "../supervisor/once.ts";
import { logLevel, otherServers, ownSignals, syslog } from "../supervisor/top.ts";
import { vault } from "../supervisor/vault.ts";
import { secret } from "./secret.ts";

/** Names of the variables that say how much is logged when the config does not. */
const LEVEL_VARIABLES = ["ENVCONSUL_LOG"];

/** Reads all of a config of envconsul, stanza by stanza, and writes it in native keys. */
export function write(top: Stanza, mapping: Mapping): void {
	const { draft } = mapping;
	const isOnce = flag(top, "once", mapping);
	const child = exec(top, vault(top, isOnce?.value === true, mapping), mapping);
	const naming = { sanitize: flag(top, "sanitize", mapping), upcase: flag(top, "upcase", mapping) };
	for (const stanza of top.blocks("secret")) secret(stanza, naming, mapping);
	sayConsul(top, mapping);
	pristine(top, child, mapping);
	waiting(top, mapping);
	logLevel(top, mapping, LEVEL_VARIABLES);
	syslog(top, mapping);
	ownSignals(top, mapping);
	otherServers(top, ["consul"], mapping);
	draft.put(["pid_file"], filled(top.text("pid_file")));
	once(isOnce, child, mapping);
	top.ignore("max_stale");
	top.done("refuse");
}

/** Variables that come from Consul. */
function sayConsul(top: Stanza, { findings }: Mapping): void {
	for (const key of ["prefix", "service"]) {
		for (const stanza of top.blocks(key))
			findings.miss(
				stanza.place,
				`${stanza.name}: only Vault is asked, not Consul; write secret { path = … }`,
			);
	}
}

/** The child gets nothing of the environment but what is custom. */
function pristine(top: Stanza, child: Exec | undefined, mapping: Mapping): void {
	const { draft } = mapping;
	const given = flag(top, "pristine", mapping);
	if (given?.value !== true || child === undefined) return;
	const others = draft.get(["exec", "inherit_env"]) ?? {};
	draft.set(["exec", "inherit_env"], { ...others, pristine: true }, given.place);
}

function waiting(top: Stanza, mapping: Mapping): void {
	const given = waitOf(top, mapping);
	if (given === undefined) return;
	mapping.findings.warn(
		given.place,
		`${given.name} has no effect: the child gets what has changed at once, and all of it`,
	);
}
