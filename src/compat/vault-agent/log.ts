import type { Given, Stanza } from "../hcl/decode.ts";
import { AGENT_FORMATS, AGENT_LEVELS, ownWord, type Words } from "../log-words.ts";
import type { Mapping } from "../mapping.ts";
import { lasting, word } from "../stanzas/values.ts";
import { variable } from "./environment.ts";

/** `log_…` at the top, and the variables that stand over two of them. */
export function log(top: Stanza, mapping: Mapping): void {
	const { draft, env } = mapping;
	const level = word(top, "log_level", mapping);
	const format = word(top, "log_format", mapping);
	draft.put(["log", "level"], oneOf(named(env, "LOG_LEVEL") ?? level, AGENT_LEVELS, mapping));
	draft.put(["log", "format"], oneOf(named(env, "LOG_FORMAT") ?? format, AGENT_FORMATS, mapping));
	const rotated = {
		rotate_bytes: atLeast(top.integer("log_rotate_bytes"), 0),
		rotate_max_files: atLeast(top.integer("log_rotate_max_files"), -1),
		rotate_duration: lasting(top.duration("log_rotate_duration")),
	};
	draft.put(["log", "file"], word(top, "log_file", mapping));
	for (const [key, given] of Object.entries(rotated)) draft.put(["log", key], given);
}

function named(env: Mapping["env"], suffix: string): Given<string> | undefined {
	const found = variable(env, suffix);
	return found && { ...found, name: found.place };
}

function oneOf(
	given: Given<string> | undefined,
	words: Words,
	{ findings }: Mapping,
): Given<string> | undefined {
	if (given === undefined) return undefined;
	const value = ownWord(given.value, words);
	if (value !== undefined) return { ...given, value };
	findings.refuse(given.place, `${given.name}: expected one of ${Object.keys(words).join(", ")}`);
	return undefined;
}

function atLeast(given: Given<number> | undefined, least: number): Given<number> | undefined {
	return given && { ...given, value: Math.max(least, given.value) };
}
