import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { commandOf, environment } from "./command.ts";
import { flag } from "./values.ts";

interface Action {
	readonly command: readonly string[];
	readonly timeout: string;
	readonly env?: object;
}

const DEFAULT_TIMEOUT = "30s";

/** What has a meaning for a child that stays, and none for a command that ends. */
const OF_CHILDREN = { signals: ["kill_signal", "reload_signal"], times: ["kill_timeout", "splay"] };

/** The command of a template, as its `exec` block, or the older `command` beside it, has it. */
export function actions(stanza: Stanza, mapping: Mapping): Given<Action> | undefined {
	const older = {
		command: commandOf(stanza, mapping),
		timeout: timeoutOf(stanza, "command_timeout", mapping),
	};
	const newer = execOf(stanza.merged("exec"), mapping);
	const command = newer.command ?? older.command;
	if (command === undefined || command.value.length === 0 || newer.isOff) return undefined;
	const timeout = (newer.timeout ?? older.timeout)?.value ?? DEFAULT_TIMEOUT;
	const { env } = newer;
	return { ...command, value: { command: command.value, timeout, ...(env && { env }) } };
}

interface Exec {
	readonly command?: Given<readonly string[]> | undefined;
	readonly timeout?: Given<string> | undefined;
	readonly env?: object | undefined;
	readonly isOff?: boolean;
}

function execOf(block: Stanza | undefined, mapping: Mapping): Exec {
	if (block === undefined) return {};
	const exec = {
		command: commandOf(block, mapping),
		timeout: timeoutOf(block, "timeout", mapping),
		env: environment(block.merged("env"), mapping),
		isOff: flag(block, "enabled", mapping)?.value === false,
	};
	for (const key of OF_CHILDREN.signals) sayUseless(block.text(key), mapping);
	for (const key of OF_CHILDREN.times) sayUseless(block.duration(key, "nanoseconds"), mapping);
	block.done("refuse");
	return exec;
}

function sayUseless(given: Given<string> | undefined, { findings }: Mapping): void {
	if (given === undefined) return;
	findings.warn(given.place, `${given.name} has no effect on a command: past its timeout it is ended`);
}

/** A number is one of nanoseconds there, which nobody means. */
function timeoutOf(stanza: Stanza, key: string, { findings }: Mapping): Given<string> | undefined {
	const isNumber = stanza.kind(key) === "number";
	const given = stanza.duration(key, isNumber ? "seconds" : "nanoseconds");
	if (given === undefined || given.value === "0s") return undefined;
	if (isNumber)
		findings.warn(given.place, `${given.name}: a number is taken for seconds; better is "${given.value}"`);
	return given;
}
