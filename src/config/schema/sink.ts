import { defaulted, keys, list, note, octalMode, optional, owner, span, text } from "./fields.ts";

const sink = keys({
	path: note(text("the path of a file"), "path", "The file."),
	mode: note(defaulted(octalMode(), "0600"), "octal mode", "Its permissions."),
	user: note(optional(owner), "name or number", "Its owner. Default: the agent's own."),
	group: note(optional(owner), "name or number", "Its group. Default: the agent's own."),
	wrap_ttl: note(
		optional(span),
		"duration",
		"Wrap the token for so long and write the wrapping (JSON, as Vault Agent does) in its place; it can be unwrapped once.",
	),
});

/** `auto_auth.sinks:` in the file. */
export const sinks = note(
	defaulted(list(sink, "a list of sinks"), []),
	"list",
	"Files that get the token after each login. One that is not wrapped also spares the next start its login, as long as its token is good for. `allowed_roots` holds for them as well.",
);
