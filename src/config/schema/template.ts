import { parseDuration } from "../../kernel/mod.ts";
import { FORMATS } from "../format-name.ts";
import { wrongWord } from "../words.ts";
import {
	command,
	defaulted,
	duration,
	exactlyOne,
	flag,
	keys,
	list,
	note,
	octalMode,
	oneOf,
	optional,
	owner,
	pace,
	path,
	refuse,
	signal,
	someText,
	span,
	text,
	word,
} from "./fields.ts";

const urlFault = (url: string) =>
	/^https?:$/.test(URL.parse(url)?.protocol ?? "")
		? undefined
		: "expected an address such as http://127.0.0.1:4000/reload";

const http = keys({
	url: note(text("an address").check(refuse(urlFault)), "address", "What is called."),
	method: note(
		defaulted(word(["GET", "POST", "PUT", "PATCH", "DELETE"]), "POST"),
		"HTTP method",
		"How it is called.",
	),
});

const assignment = text("an assignment such as KEY=value").check(
	refuse((value) => (value.indexOf("=") > 0 ? undefined : "expected an assignment such as KEY=value")),
);

const names = list(someText, "a list of names, in which * stands for any characters");

/** What passes of the agent's environment to a program that it starts. */
export const commandEnv = keys({
	pristine: note(
		defaulted(flag, false),
		"true or false",
		"True: of the agent's environment nothing passes but what `custom` says.",
	),
	custom: note(
		defaulted(list(assignment, "a list of assignments such as KEY=value"), []),
		"list of KEY=value",
		"Variables that pass in any case.",
	),
	allowlist: note(
		defaulted(names, []),
		"list of names",
		"When given, of the agent's environment these pass alone; `*` and `?` as in file names.",
	),
	denylist: note(defaulted(names, []), "list of names", "These do not pass, also when `allowlist` has them."),
});

const changeAction = keys({
	signal: note(optional(signal()), "signal", "Send this signal to the child."),
	command: note(optional(command()), "list of text", "Run this program; no shell takes part."),
	env: note(
		optional(commandEnv),
		"map",
		"With `command` alone: the environment of the program. Default: the agent's own without credentials.",
	),
	http: note(optional(http), "map", "Make this HTTP call; any 2xx answer is success."),
	timeout: note(defaulted(span, "30s"), "duration", "Bound on the command or the call."),
}).check(
	refuse((value) =>
		"env" in value && !("command" in value)
			? "env is the environment of a command; there is none here"
			: exactlyOne(value, ["signal", "command", "http"]),
	),
);

/** What both kinds of `on_change` can be in a word. */
export const CHANGE_WORDS = ["none", "restart", "rolling"] as const;
const CHANGE_KINDS = "none, restart, rolling, or a map with signal, command or http";
const CHANGES = "none, restart, rolling, a map with signal, command or http, or a list of these";

const changeKinds = [word(CHANGE_WORDS), changeAction] as const;
const oneChange = oneOf(changeKinds, (input) => wrongWord(input, CHANGE_WORDS, CHANGE_KINDS));

const wait = keys({
	min: note(duration(), "duration", "How long its secrets have to be quiet; 0 is no wait."),
	max: note(optional(duration()), "duration", "The longest wait after a change. Default: four times `min`."),
}).check(
	refuse(({ min, max }) =>
		max !== undefined && (parseDuration(max) ?? 0) < (parseDuration(min) ?? 0)
			? "max is shorter than min"
			: undefined,
	),
);

/** What Go's template language alone has; `template` and the variables of the child share it. */
export const goKeys = {
	left_delimiter: note(
		optional(someText),
		"text",
		"`language: go` alone: what stands before an expression. Default: `{{`.",
	),
	right_delimiter: note(
		optional(someText),
		"text",
		"`language: go` alone: what stands after an expression. Default: `}}`.",
	),
	error_on_missing_key: note(
		optional(flag),
		"true or false",
		"`language: go` alone: a field that is not there is an error. False: it is written as `<no value>`, as Go does, and the log says so. Default: true.",
	),
	function_denylist: note(
		optional(list(someText, "a list of names of functions")),
		"list of names",
		"`language: go` alone: functions that are refused, by name; `*` stands for any characters. Default: none.",
	),
};

/** Which language a template is written in. */
export const language = word(["handlebars", "go"]);

/** One of `templates:` in the file. */
export const template = keys({
	source: note(optional(path), "path", "The template's file; this or `contents`."),
	contents: note(optional(someText), "text", "The template itself; this or `source`."),
	destination: note(text("the path of a file"), "path", "The file that is written."),
	language: note(
		defaulted(language, "handlebars"),
		"handlebars or go",
		"What the template is written in: Handlebars, or Go's `text/template` with the functions of Vault Agent and consul-template.",
	),
	...goKeys,
	sandbox_path: note(
		optional(path),
		"folder",
		"`language: go` alone: the function `file` reads below this folder alone. Default: as `file_roots` says.",
	),
	escape: note(
		optional(flag),
		"true or false",
		"`language: go` alone: values are escaped for the format, as in Handlebars. False: they are put in as they are, as in Vault Agent, and what breaks out of its quotes is told in the log. Default: true.",
	),
	format: note(
		optional(word(FORMATS)),
		"format",
		"How values are escaped: dotenv (also `dotenv:compose`, `:python`, `:node`, `:docker`), shell, json, yaml, properties or text. Default: guessed from the destination's name.",
	),
	mode: note(defaulted(octalMode(), "0600"), "octal text", "Permissions of the file, in quotes."),
	keep_mode: note(
		defaulted(flag, false),
		"true or false",
		"True: a file that is there already keeps its permissions, whatever `mode` says.",
	),
	user: note(optional(owner), "name or number", "Owner of the file. Default: the agent's own."),
	group: note(optional(owner), "name or number", "Group of the file. Default: the agent's own."),
	backup: note(
		defaulted(flag, false),
		"true or false",
		"True: the file before the last change stays beside it, its name with `.bak` after it.",
	),
	create_dest_dirs: note(
		defaulted(flag, true),
		"true or false",
		"Folders that are not there are made. False: a folder that is not there is an error.",
	),
	dir_mode: note(
		defaulted(octalMode(), "0700"),
		"octal text",
		"Permissions of folders that are made, in quotes.",
	),
	wait: note(
		optional(wait),
		"map",
		"After a change of its secrets the file is written once they have been quiet for a while. Neither at the start nor after a refresh is anything waited for, nor with credentials on loan, for the ones before them have an end. Default: no wait.",
	),
	on_change: note(
		optional(
			oneOf([...changeKinds, list(oneChange, "a list")], (input) => wrongWord(input, CHANGE_WORDS, CHANGES)),
		),
		"none, restart, rolling, map or list",
		"What is done when the file has changed; of restart and rolling that one which `exec.on_change` says. A list has all of its entries done. Default: `exec.on_change` where there is a child, otherwise none.",
	),
	on_deleted: note(
		defaulted(word(["keep", "remove"]), "keep"),
		"keep or remove",
		"What happens to the file when its secret is deleted in Vault. Kept is what was the newest version when it was read; the one before is never put in its place, for it may have been withdrawn: a template that wants it asks for `version=-1`.",
	),
	required: note(
		defaulted(flag, true),
		"true or false",
		"False: a missing secret does not hold up the start.",
	),
	allow_empty: note(defaulted(flag, false), "true or false", "Let an empty value through."),
	poll_interval: note(
		optional(pace),
		"duration",
		"How often the secrets of this template are read again, where they have no lease. What several ask for is read as often as the most eager wants it. Default: the top's `poll_interval`.",
	),
	max_age: note(
		optional(pace),
		"duration",
		"The oldest that a secret of this template may become, leased or not: then it is read again, or another is asked for. Default: no bound.",
	),
});
