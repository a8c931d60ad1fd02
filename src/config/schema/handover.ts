import { keys, note, optional, path, text } from "./fields.ts";

/** `handover:` in the file. */
export const handover = keys({
	path: note(
		text("the path of a file"),
		"path",
		"The file; on a volume in memory that both agents mount. `allowed_roots` holds for it as well.",
	),
	key_file: note(
		optional(path),
		"path",
		"File that both agents can read and nobody else of those who can read the other one: at least 16 characters, such as `openssl rand -hex 32` prints. Default: what the login shows is the key; a login that shows it once needs this one.",
	),
});
