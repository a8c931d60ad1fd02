import { CONSUL_FLAGS, VAULT_FLAGS } from "./client-flags.ts";
import { type GoFlags, toggle, valued } from "./go-flag.ts";
import { SUPERVISOR_FLAGS } from "./supervisor-flags.ts";
import { templateFault, templateOf } from "./template-values.ts";

/** Flags of consul-template; the keys are those of its config. */
export const CONSUL_TEMPLATE_FLAGS: GoFlags = {
	template: valued(
		"in:out:command",
		"template, where it goes, and what is run then; may be given several times",
		{
			key: ["template"],
			isRepeatable: true,
			as: templateOf,
			wrong: templateFault,
		},
	),
	...SUPERVISOR_FLAGS,
	dry: {
		kind: "switch",
		refused: {
			why: "it prints the secrets",
			advice: "agent render --dry-run -c FILE shows the same with the values masked",
		},
	},
	"parse-only": toggle("check config and templates, and end"),
	"template-error-fatal": toggle("end with the first error in a template", { key: ["template_error_fatal"] }),
	"default-left-delimiter": valued("text", "what opens an action in a template", {
		key: ["default_delimiters", "left"],
	}),
	"default-right-delimiter": valued("text", "what closes it", { key: ["default_delimiters", "right"] }),
	"exec-reload-signal": valued("signal", "what tells the child of a change, in place of a restart", {
		key: ["exec", "reload_signal"],
	}),
	"exec-env-pristine": toggle("the child gets nothing of this program's environment", {
		key: ["exec", "env", "pristine"],
	}),
	"exec-env-custom": valued("NAME=value", "variable of the child; may be given several times", {
		key: ["exec", "env", "custom"],
		isRepeatable: true,
	}),
	"exec-env-allowlist": valued("pattern", "names that reach the child; may be given several times", {
		key: ["exec", "env", "allowlist"],
		isRepeatable: true,
	}),
	"exec-env-denylist": valued("pattern", "names that do not; may be given several times", {
		key: ["exec", "env", "denylist"],
		isRepeatable: true,
	}),
	"log-file": valued("path", "file that the log goes to as well", { key: ["log_file", "path"] }),
	"log-rotate-bytes": { kind: "number", value: "count", key: ["log_file", "log_rotate_bytes"] },
	"log-rotate-duration": { kind: "duration", key: ["log_file", "log_rotate_duration"] },
	"log-rotate-max-files": { kind: "number", value: "count", key: ["log_file", "log_rotate_max_files"] },
	"syslog-name": { kind: "text", key: ["syslog", "name"] },
	retry: { kind: "duration", key: ["consul", "retry", "backoff"] },
	dedup: { kind: "switch", key: ["deduplicate", "enabled"] },
	...VAULT_FLAGS,
	...CONSUL_FLAGS,
};
