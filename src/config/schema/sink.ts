import {
	defaulted,
	flag,
	keys,
	list,
	note,
	octalMode,
	optional,
	owner,
	path,
	someText,
	span,
	text,
	word,
} from "./fields.ts";

const sink = keys({
	path: note(text("the path of a file"), "path", "The file."),
	mode: note(defaulted(octalMode(), "0600"), "octal mode", "Its permissions."),
	reuse: note(
		defaulted(flag, true),
		"true or false",
		"A token that stands in the sink spares the next start its login, whatever login the config names by then; false: each start logs in.",
	),
	user: note(optional(owner), "name or number", "Its owner. Default: the agent's own."),
	group: note(optional(owner), "name or number", "Its group. Default: the agent's own."),
	wrap_ttl: note(
		optional(span),
		"duration",
		"Wrap the token for so long and write the wrapping (JSON, as Vault Agent does) in its place; it can be unwrapped once.",
	),
	dh_type: note(
		optional(word(["curve25519"])),
		"curve25519",
		"Encrypt what is written for the reader alone, as Vault Agent does: the key comes of the reader's public key (`dh_path`) and one of the agent's own. What is wrapped is encrypted afterwards.",
	),
	dh_path: note(
		optional(path),
		"path",
		'With `dh_type`: JSON file in which the reader has put its public key, `{"curve25519_public_key": "<base64>"}`. While it is not there the sink waits for it.',
	),
	derive_key: note(
		defaulted(flag, false),
		"true or false",
		"With `dh_type`: make the key of the shared secret by HKDF-SHA256 with both public keys, instead of using the secret itself. Better; the reader has to do so as well.",
	),
	aad: note(
		optional(someText),
		"text",
		"With `dh_type`: text that the reader has to give as well, or the sink does not open for it.",
	),
});

/** `auto_auth.sinks:` in the file. */
export const sinks = note(
	defaulted(list(sink, "a list of sinks"), []),
	"list",
	"Files that get the token after each login. One that is neither wrapped nor encrypted also spares the next start its login, as long as its token is good for and unless `reuse` is false. `allowed_roots` holds for them as well.",
);
