import { FORMATS } from "../format-name.ts";
import { wrongWord } from "../words.ts";
import {
	command,
	defaulted,
	exactlyOne,
	flag,
	keys,
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

const changeAction = keys({
	signal: note(optional(signal()), "signal", "Send this signal to the child."),
	command: note(optional(command()), "list of text", "Run this program; no shell takes part."),
	http: note(optional(http), "map", "Make this HTTP call; any 2xx answer is success."),
	timeout: note(defaulted(span, "30s"), "duration", "Bound on the command or the call."),
}).check(refuse((value) => exactlyOne(value, ["signal", "command", "http"])));

/** What both kinds of `on_change` can be in a word. */
export const CHANGE_WORDS = ["none", "restart", "rolling"] as const;
const CHANGE_KINDS = "none, restart, rolling, or a map with signal, command or http";

/** One of `templates:` in the file. */
export const template = keys({
	source: note(optional(path), "path", "The template's file; this or `contents`."),
	contents: note(optional(someText), "text", "The template itself; this or `source`."),
	destination: note(text("the path of a file"), "path", "The file that is written."),
	format: note(
		optional(word(FORMATS)),
		"format",
		"How values are escaped: dotenv (also `dotenv:compose`, `:python`, `:node`, `:docker`), shell, json, yaml, properties or text. Default: guessed from the destination's name.",
	),
	mode: note(defaulted(octalMode(), "0600"), "octal text", "Permissions of the file, in quotes."),
	user: note(optional(owner), "name or number", "Owner of the file. Default: the agent's own."),
	group: note(optional(owner), "name or number", "Group of the file. Default: the agent's own."),
	on_change: note(
		optional(
			oneOf([word(CHANGE_WORDS), changeAction], (input) => wrongWord(input, CHANGE_WORDS, CHANGE_KINDS)),
		),
		"none, restart, rolling or map",
		"What is done when the file has changed; of restart and rolling that one which `exec.on_change` says. Default: `exec.on_change` where there is a child, otherwise none.",
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
