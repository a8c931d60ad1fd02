import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { commaList, flag } from "./values.ts";

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
