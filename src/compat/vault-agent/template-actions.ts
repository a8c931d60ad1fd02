import type { Given, Stanza } from "../hcl/decode.ts";
import { commaList, flag, type Mapping } from "./mapping.ts";

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

/** The words of a command. One text alone is for the shell; a comma in it makes several of it, as Vault Agent has it. */
export function commandOf(stanza: Stanza, mapping: Mapping): Given<readonly string[]> | undefined {
	const given = commaList(stanza, "command", mapping);
	if (given === undefined) return undefined;
	const [first = "", ...others] = given.value;
	if (others.length > 0 && stanza.kind("command") === "text") {
		mapping.findings.warn(
			given.place,
			`${given.name}: commas part this text into ${given.value.length} words, and no shell takes part; write a list`,
		);
	}
	if (first.trim() === "") return { ...given, value: [] };
	return { ...given, value: shellCommand(given.value) };
}

/** One text with blanks in it is for the shell. */
export function shellCommand(words: readonly string[]): readonly string[] {
	const [only = ""] = words;
	return words.length === 1 && /\S\s+\S/.test(only) ? ["sh", "-c", only] : words;
}

/** `env { … }` of a command, as `on_change` has it. */
export function environment(block: Stanza | undefined, mapping: Mapping): object | undefined {
	if (block === undefined) return undefined;
	const both = (key: string, older: string) => [
		...(commaList(block, key, mapping)?.value ?? []),
		...(commaList(block, older, mapping)?.value ?? []),
	];
	const env = {
		pristine: flag(block, "pristine", mapping)?.value ?? false,
		custom: commaList(block, "custom", mapping)?.value ?? [],
		allowlist: both("allowlist", "whitelist"),
		denylist: both("denylist", "blacklist"),
	};
	block.done("refuse");
	return env;
}
