import { defaulted, keys, note, optional, path, span, whole, word } from "./fields.ts";

/** `log:` in the file. */
export const log = keys({
	level: note(
		defaulted(word(["trace", "debug", "info", "warn", "error"]), "info"),
		"trace, debug, info, warn or error",
		"The least that is written.",
	),
	format: note(
		optional(word(["json", "pretty"])),
		"json or pretty",
		"How it is written. Default: pretty on a terminal, otherwise json.",
	),
	file: note(
		optional(path),
		"path",
		"File that gets every line as well, 0600; lines are added to what is there. A path that ends in `/` is a folder and stands for `agent.log` in it. Opened again at SIGHUP. None unless given.",
	),
	rotate_bytes: note(
		defaulted(whole(0), 0),
		"number",
		"With `file`: put it aside once it is so large, in bytes, its name with a time in it. 0: however large it gets.",
	),
	rotate_duration: note(defaulted(span, "24h"), "duration", "With `file`: put it aside once it is so old."),
	rotate_max_files: note(
		defaulted(whole(-1), 0),
		"number",
		"With `file`: how many that were put aside are kept: 0 for all, -1 for none.",
	),
});
