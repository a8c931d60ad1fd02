import { AGENT_FORMATS, AGENT_LEVELS, ownWord } from "../log-words.ts";
import { type GoFlags, toggle, valued } from "./go-flag.ts";
import { SERVER_FLAGS } from "./server-flags.ts";

/** Flags of `vault agent`, and two of our own; the keys are those of a native config. */
export const AGENT_FLAGS: GoFlags = {
	config: valued("path", "config file, or folder of .hcl and .json files; may be given several times", {
		isRepeatable: true,
	}),
	"exit-after-auth": toggle("end with 0 as soon as token and files stand (init container)", {
		key: ["exit_after_auth"],
	}),
	strict: toggle("refuse keys that nobody knows, which are a warning otherwise"),
	escape: valued("format", "escape values for the format of the file that they stand in", {
		as: (word) => (word === "format" ? word : undefined),
	}),
	"log-level": valued("level", "trace, debug, info, warn or error (VAULT_LOG_LEVEL)", {
		key: ["log", "level"],
		as: (word) => ownWord(word, AGENT_LEVELS),
		wrong: () => "expected trace, debug, info, warn or error",
	}),
	"log-format": valued("word", "standard or json (VAULT_LOG_FORMAT)", {
		key: ["log", "format"],
		as: (word) => ownWord(word, AGENT_FORMATS),
		wrong: () => "expected standard or json",
	}),
	"log-file": valued("path", "file that the log goes to as well", { key: ["log", "file"] }),
	"log-rotate-bytes": {
		kind: "number",
		value: "count",
		text: "size at which a new log file is begun",
		key: ["log", "rotate_bytes"],
	},
	"log-rotate-duration": valued("duration", "age at which a new log file is begun", {
		key: ["log", "rotate_duration"],
	}),
	"log-rotate-max-files": {
		kind: "number",
		value: "count",
		text: "how many old log files are kept",
		key: ["log", "rotate_max_files"],
	},
	// Both for Vault's own tests, and known to people all the same.
	"combine-logs": { kind: "switch" },
	"test-verify-only": { kind: "switch" },
	...SERVER_FLAGS,
};
