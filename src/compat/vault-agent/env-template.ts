import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { goKeys } from "../stanzas/go-keys.ts";

/** What the rest has to know of a variable. */
export interface EnvTemplate {
	readonly place: string;
	/** Empty when it has none. */
	readonly name: string;
}

/** What is about a file. */
const OF_FILES = [
	"backup",
	"command",
	"command_timeout",
	"create_dest_dirs",
	"destination",
	"exec",
	"gid",
	"group",
	"perms",
	"sandbox_path",
	"uid",
	"user",
	"wait",
];

const OF_VARIABLES = [
	"source",
	"contents",
	"left_delimiter",
	"right_delimiter",
	"error_on_missing_key",
	"error_fatal",
	"function_denylist",
	"function_blacklist",
];

const ODD_NAME = "a name of other signs than letters, digits and _ is not passed on to a child";

/** All `env_template "NAME" { … }`. */
export function envTemplates(top: Stanza, mapping: Mapping): readonly EnvTemplate[] {
	return top
		.labelled("env_template", [...OF_VARIABLES, ...OF_FILES])
		.map((stanza) => envTemplate(stanza, mapping));
}

function envTemplate(stanza: Stanza, mapping: Mapping): EnvTemplate {
	for (const key of OF_FILES) {
		if (stanza.has(key)) stanza.refuse(`holds ${key}, which is about a file; a variable has none`);
	}
	const keys = goKeys(stanza, mapping);
	stanza.done("refuse");
	const { label, place } = stanza;
	const name = label?.value ?? "";
	if (label === undefined || name === "")
		stanza.refuse('has no name; write env_template "OPENAI_API_KEY", for one');
	else if (isVariableName(label)) write(label, keys, mapping);
	else mapping.findings.miss(label.place, `${stanza.name}: ${ODD_NAME}`);
	return { place, name };
}

function isVariableName({ value }: Given<string>): boolean {
	return /^[A-Za-z_][A-Za-z0-9_]*$/.test(value);
}

function write(label: Given<string>, keys: ReturnType<typeof goKeys>, { draft }: Mapping): void {
	draft.set(["env", label.value], {}, label.place);
	for (const [key, given] of Object.entries(keys)) draft.put(["env", label.value, key], given);
}
