import { publicAddressFault } from "../listen-address.ts";
import { readReference } from "../reference.ts";
import { wrongWord } from "../words.ts";
import {
	address,
	always,
	command,
	defaulted,
	duration,
	exactlyOne,
	flag,
	keys,
	list,
	map,
	note,
	oneOf,
	optional,
	pace,
	path,
	refuse,
	SIGNALS,
	signal,
	someText,
	span,
	text,
	vaultPath,
	word,
} from "./fields.ts";
import { ready } from "./ready.ts";
import { CHANGE_WORDS, commandEnv, goKeys, language } from "./template.ts";

const reference = () =>
	text("a reference such as secret/data/llm/openai#api_key").check(
		refuse((value) => {
			const result = readReference(value);
			return typeof result === "string" ? result : undefined;
		}),
	);

const envValue = keys({
	ref: note(optional(reference()), "reference", "`path#field` or `path?version=3#field`; this or `secret`."),
	secret: note(optional(vaultPath), "path in Vault", "Secret whose fields `template` uses."),
	template: note(
		optional(someText),
		"text",
		"Text of the variable, such as `postgres://{{username}}@db/app`.",
	),
	contents: note(optional(someText), "text", "A whole template, as in `templates`; this or `ref`."),
	source: note(optional(path), "path", "The file of a whole template; this or `ref`."),
	language: note(
		optional(language),
		"handlebars or go",
		"What `contents` or `source` is written in. Default: handlebars.",
	),
	...goKeys,
	required: note(
		defaulted(flag, true),
		"true or false",
		"False: a missing secret does not hold up the start.",
	),
	allow_empty: note(defaulted(flag, false), "true or false", "Let an empty value through."),
	poll_interval: note(
		optional(pace),
		"duration",
		"How often the secrets of this variable are read again, where they have no lease. What several ask for is read as often as the most eager wants it. Default: the top's `poll_interval`.",
	),
	max_age: note(
		optional(pace),
		"duration",
		"The oldest that a secret of this variable may become, leased or not: then it is read again, or another is asked for. Default: no bound.",
	),
}).check(
	refuse((value) => {
		if ("secret" in value !== "template" in value) return "secret and template belong together";
		if ("language" in value && !("contents" in value || "source" in value))
			return "language is that of contents or source; there is neither here";
		return exactlyOne(value, ["ref", "secret", "contents", "source"]);
	}),
);

/** `env:` in the file. */
export const env = map(
	oneOf(
		[reference(), envValue],
		() => "expected a reference such as secret/data/llm/openai#api_key, or a map",
	),
	"a map from names to references",
);

const EXEC_CHANGE_KINDS = "none, restart, rolling, or { signal: SIGHUP }";
const signalAction = keys({ signal: note(signal(), "signal", "Send this signal to the child.") });

/** `exec:` in the file. */
export const exec = keys({
	command: note(
		optional(command()),
		"list of text",
		"The child. Also given after `--` on the command line. With rolling, `{{port}}` in it stands for the child's private port.",
	),
	on_change: note(
		defaulted(
			oneOf([word(CHANGE_WORDS), signalAction], (input) => wrongWord(input, CHANGE_WORDS, EXEC_CHANGE_KINDS)),
			"restart",
		),
		"none, restart, rolling or map",
		"What is done with the child when something that it reads has changed. Rolling starts a new child beside the old one and hands the public address over when the new one is ready; it needs `listen` and `ready`. With `env` only restart or rolling will do, for a running process cannot take new variables; or see `fixed_env`. Also `--on-change`.",
	),
	fixed_env: note(
		defaulted(flag, false),
		"true or false",
		"True: the child keeps the variables that it was started with, so that with `env` any `on_change` will do. A child that is started again gets the newest.",
	),
	splay: note(
		defaulted(duration(), "0s"),
		"duration",
		"Before the child is restarted, or gets its signal, a time at random up to this passes, so that many do not do so at once.",
	),
	listen: note(
		optional(address(publicAddressFault)),
		"address",
		"Rolling alone: the public address, which the agent owns, `host:port` or `unix:/path` (a socket for everybody who can enter its folder, whatever the umask; a relative path counts from the config's folder). The child listens on a private port of 127.0.0.1, which it is told in `PORT` and by `{{port}}`. Also `--exec-listen`.",
	),
	ready: note(
		optional(ready),
		"map",
		"When a new child counts as up. Rolling needs it; otherwise it is optional, and without it a child is up when it has lived through `start_grace`. Also `--exec-ready`.",
	),
	drain_timeout: note(
		optional(duration()),
		"duration",
		"Rolling alone: how long the old child may keep its open connections before they are cut, and at the agent's end any child; for streams of an LLM `5m` does. An edit is in force from the next child on. An edit is in force from the next child on. Also `--exec-drain-timeout`. Default: `30s`.",
	),
	pass: note(
		optional(word(["http", "tcp"])),
		"http or tcp",
		"Rolling alone: how much the agent understands of what it passes on. `http` moves a connection to the new child between two requests; `tcp` passes anything, TLS of the child's own included, and moves new connections. Default: http with `ready.http`, otherwise tcp.",
	),
	idle_timeout: note(
		optional(span),
		"duration",
		"`pass: tcp` alone: a connection of the old child on which that has spoken last, and nobody since for so long, is ended; one on which a client waits for its answer is not. Default: `10s`.",
	),
	proxy_protocol: note(
		optional(word(["none", "v1", "v2"])),
		"none, v1 or v2",
		"Rolling alone: the PROXY protocol's version in which the child is told of the client's address. The child has to expect it. Default: none.",
	),
	stop_signal: note(
		defaulted(signal([...SIGNALS, "SIGKILL"]), "SIGTERM"),
		"signal",
		"Asks the child to stop.",
	),
	stop_timeout: note(defaulted(duration(), "30s"), "duration", "Between the stop signal and SIGKILL."),
	start_grace: note(
		defaulted(duration(), "5s"),
		"duration",
		"A new child that ends within this time is put back on the previous values once. With rolling it counts from the moment when the child is ready, and the old one is held for as long.",
	),
	restart_on_exit: note(
		defaulted(word(["never", "on-failure", "always"]), "never"),
		"never, on-failure or always",
		"Whether a child that ends by itself is started again, with back-off.",
	),
	inherit_env: note(
		defaulted(
			oneOf(
				[always(), list(someText, "a list"), commandEnv],
				() => "expected true, a list of names, of which [] passes none, or a map",
			),
			true,
		),
		"true, list of text or map",
		"Variables that pass from the agent to the child: all, these, or those that the patterns of a map let through. `VAULT_TOKEN` and the secret id pass only when named.",
	),
});
