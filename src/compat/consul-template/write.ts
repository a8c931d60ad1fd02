import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { sayPublic, template } from "../stanzas/template.ts";
import { filled, flag } from "../stanzas/values.ts";
import { waitOf } from "../stanzas/wait.ts";
import { exec, type Exec } from "../supervisor/exec.ts";
import { once } from "../supervisor/once.ts";
import { logFile, logLevel, otherServers, ownSignals, syslog } from "../supervisor/top.ts";
import { vault } from "../supervisor/vault.ts";

/** Reads all of a config of consul-template, stanza by stanza, and writes it in native keys. */
export function write(top: Stanza, mapping: Mapping): void {
	const { draft } = mapping;
	const isOnce = flag(top, "once", mapping);
	const child = exec(top, vault(top, isOnce?.value === true, mapping), mapping);
	const templates = top.blocks("template").map((stanza, index) => template(stanza, index, mapping));
	const common: Common = {
		child,
		wait: waitOf(top, mapping),
		delimiters: delimiters(top),
		isFatal: flag(top, "template_error_fatal", mapping),
	};
	for (const [index, { place }] of templates.entries())
		complete(["templates", index], place, { common, mapping });
	sayPublic(templates, mapping);
	logLevel(top, mapping);
	logFile(top, mapping);
	syslog(top, mapping);
	ownSignals(top, mapping);
	otherServers(top, ["consul", "nomad"], mapping);
	deduplicate(top, mapping);
	draft.put(["pid_file"], filled(top.text("pid_file")));
	once(isOnce, child, mapping);
	top.ignore("max_stale", "block_query_wait", "err_on_failed_lookup", "parseonly");
	top.done("refuse");
}

/** What holds for templates that say nothing else. */
interface Common {
	readonly child: Exec | undefined;
	readonly wait: ReturnType<typeof waitOf>;
	readonly delimiters: {
		readonly left: Given<string> | undefined;
		readonly right: Given<string> | undefined;
	};
	readonly isFatal: Given<boolean> | undefined;
}

function complete(
	path: readonly (string | number)[],
	place: string,
	{ common, mapping: { draft } }: { readonly common: Common; readonly mapping: Mapping },
): void {
	const {
		child,
		wait,
		delimiters: { left, right },
		isFatal,
	} = common;
	const defaults = { wait, left_delimiter: left, right_delimiter: right, required: isFatal };
	for (const [key, given] of Object.entries(defaults)) {
		if (draft.get([...path, key]) === undefined) draft.put([...path, key], given);
	}
	// A template with a command of its own has that done, and the child told as well.
	const own = draft.get([...path, "on_change"]);
	if (own !== undefined && child !== undefined)
		draft.set([...path, "on_change"], [own, child.onChange], place);
}

function delimiters(top: Stanza): Common["delimiters"] {
	const stanza = top.merged("default_delimiters");
	const both = { left: filled(stanza?.text("left")), right: filled(stanza?.text("right")) };
	stanza?.done("refuse");
	return both;
}

/** Several of them can share their work through Consul. */
function deduplicate(top: Stanza, mapping: Mapping): void {
	const stanza = top.merged("deduplicate");
	const isOn = stanza && flag(stanza, "enabled", mapping);
	stanza?.ignore("prefix", "max_stale", "ttl", "block_query_wait");
	stanza?.done("refuse");
	if (isOn?.value === true)
		mapping.findings.warn(
			isOn.place,
			`${isOn.name}: work is shared through Consul, which is not asked; each renders for itself`,
		);
}
