import { type GoFlags, toggle, valued } from "./go-flag.ts";
import { waitOf } from "./template-values.ts";

/** Flags that consul-template and envconsul have alike, about themselves and the child; the keys are those of their configs. */
export const SUPERVISOR_FLAGS: GoFlags = {
	config: valued("path", "config file, or folder of them; may be given several times", {
		isRepeatable: true,
	}),
	once: toggle("read and render once, and end", { key: ["once"] }),
	exec: valued("command", "child that is started once everything stands", { key: ["exec", "command"] }),
	"exec-kill-signal": valued("signal", "what ends the child (default SIGINT)", {
		key: ["exec", "kill_signal"],
	}),
	"exec-kill-timeout": {
		kind: "duration",
		text: "how long it may take to end",
		key: ["exec", "kill_timeout"],
	},
	"exec-splay": {
		kind: "duration",
		text: "wait at random up to so long before the child is told",
		key: ["exec", "splay"],
	},
	wait: valued("min:max", "wait for more changes before they are taken over", { key: ["wait"], as: waitOf }),
	"kill-signal": valued("signal", "what ends this program", { key: ["kill_signal"] }),
	"reload-signal": valued("signal", "what has it read its config again", { key: ["reload_signal"] }),
	"log-level": valued("level", "trace, debug, info, warn or err", { key: ["log_level"] }),
	"pid-file": valued("path", "file that holds this program's process id", { key: ["pid_file"] }),
	syslog: toggle("write the log to syslog", { key: ["syslog", "enabled"] }),
	"syslog-facility": valued("name", "its facility", { key: ["syslog", "facility"] }),
	"max-stale": { kind: "duration", key: ["max_stale"] },
	v: { kind: "switch" },
	version: toggle("print the version"),
};
