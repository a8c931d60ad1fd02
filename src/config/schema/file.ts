import {
	defaulted,
	duration,
	flag,
	jsonSchemaOf,
	keys,
	list,
	note,
	optional,
	orEmpty,
	path,
	span,
	text,
	word,
	type Output,
} from "./fields.ts";
import { env, exec } from "./child.ts";
import { envFrom } from "./env-from.ts";
import { handover } from "./handover.ts";
import { listener } from "./listener.ts";
import { log } from "./log.ts";
import { autoAuth, vault } from "./login.ts";
import { template } from "./template.ts";

const file = keys({
	vault: note(orEmpty(vault), "map", "The server."),
	auto_auth: note(optional(autoAuth), "map", "The login. Default: from the environment."),
	poll_interval: note(
		defaulted(duration("1s"), "15s"),
		"duration",
		"How often secrets without a lease are read again; 10 % either way at random, sooner the first time. At least 1s.",
	),
	templates: note(defaulted(list(template, "a list of templates"), []), "list", "Files to write."),
	allowed_roots: note(
		defaulted(list(text("a folder"), "a list of folders"), []),
		"list of folders",
		"When given, a destination outside of these folders is refused, by whatever way its name leads there.",
	),
	file_roots: note(
		defaulted(list(text("a folder"), "a list of folders"), []),
		"list of folders",
		"When given, `{{file}}` reads below these folders alone, whatever links lead there. Default: whatever the agent may read.",
	),
	env_from: note(
		defaulted(list(envFrom, "a list of secrets"), []),
		"list",
		"Secrets each of whose fields becomes a variable of the child, whatever fields there are. Of two variables of one name that of the later secret counts, and one of `env` before all of them.",
	),
	env: note(defaulted(env, {}), "map", "Variables of the child: a name, and a reference or a map."),
	exec: note(optional(exec), "map", "The child."),
	listener: note(
		optional(listener),
		"map",
		"Answers over HTTP how the agent is: health, status, metrics, a page, refresh. None unless given; none with `exit_after_auth`.",
	),
	handover: note(
		optional(handover),
		"map",
		"What an agent that ends with `exit_after_auth` leaves for the one that starts after it: its token, credentials on loan, certificates that it had made. So a pod with an init container and a sidecar logs in once and has one credential. Encrypted, and removed once it is taken up; where that fails the next agent logs in for itself. `revoke_on_shutdown` is then left to that one. None unless given.",
	),
	log: note(orEmpty(log), "map", "The agent's own log, on stderr."),
	pid_file: note(
		optional(path),
		"path",
		"File that holds the agent's process id while it runs. None unless given.",
	),
	watch: note(
		defaulted(flag, true),
		"true or false",
		"Read config, templates and credential files again when they change on disk. SIGHUP does so in any case.",
	),
	exit_after_auth: note(
		defaulted(flag, false),
		"true or false",
		"End with 0 as soon as everything stands: for an init container.",
	),
	timeout: note(
		defaulted(duration(), "2m"),
		"duration",
		"With `exit_after_auth`: how long to wait for Vault before giving up; 0 is without end.",
	),
	on_missing: note(
		defaulted(word(["fail", "wait"]), "fail"),
		"fail or wait",
		"What becomes of a start when a secret, a field or a permission is not there, or a template fails on what is there. `fail`: it ends at once. `wait`: the rest is delivered and its `on_change` done, and what is missing is read again by `poll_interval` until it is there; the child starts, and `exit_after_auth` ends, once everything stands.",
	),
	give_up_after: note(
		optional(span),
		"duration",
		"A template or variable that is required, and could not be rendered for so long, ends the agent with that error's exit code, also one that has run for days; what waiting cannot mend ends it at once, unless `on_missing` is `wait`. The child is stopped. Default: never.",
	),
});

/** The file. Its defaults are part of it; what depends on other keys is settled in `load.ts`. */
export const fileSchema = note(file, "keyturn", "Configuration of the agent.");

/** The file after the schema's defaults. */
export type FileConfig = Output<typeof fileSchema>;

/** JSON Schema (draft 2020-12) of the file, for editors and for the reference page. */
export function configJsonSchema(): object {
	return jsonSchemaOf(fileSchema);
}
