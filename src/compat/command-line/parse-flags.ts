import { AgentError, ExitCode, nearest } from "../../kernel/mod.ts";
import type { GivenFlags, GoFlag, GoFlags } from "./go-flag.ts";

/**
 * Reads a command line as Go's `flag` package does: one dash or two, `=` or a blank before the value, a switch alone or
 * with `=true`; the first word that is no flag ends the flags, and so does `--`.
 *
 * @param command as a person types it, for messages
 * @throws AgentError `E_USAGE`; no value is repeated in it, for it may be a token
 */
export function parseFlags(words: readonly string[], known: GoFlags, command: string): GivenFlags {
	const flags: GivenFlags["flags"][number][] = [];
	for (let index = 0; index < words.length; index++) {
		const word = words[index] ?? "";
		if (word === "--") return { flags, operands: words.slice(index + 1), wantsHelp: false };
		if (!/^-./.test(word)) return { flags, operands: words.slice(index), wantsHelp: false };
		const { name, value } = takeApart(word, index, command);
		const flag = Object.hasOwn(known, name) ? known[name] : undefined;
		if (flag === undefined && /^h(elp)?$/.test(name)) return { flags, operands: [], wantsHelp: true };
		if (flag === undefined) throw unknownFlag(name, known, command);
		if (flag.refused !== undefined) throw refused(name, flag.refused);
		if (flag.kind === "switch") flags.push({ name, value: switchOf(name, value ?? "true", command) });
		else {
			const given = value ?? words[++index];
			if (given === undefined) throw usage(`the flag -${name} needs a value: ${shape(name, flag)}`, command);
			flags.push({ name, value: valueOf({ name, flag, text: given }, command) });
		}
	}
	return { flags, operands: [], wantsHelp: false };
}

/** `-name`, `-name=value`, as one writes it. */
export function shape(name: string, { kind, value = kind }: GoFlag): string {
	return kind === "switch" ? `-${name}` : `-${name}=<${value}>`;
}

/** An error in how the program was called. */
export function usage(message: string, command: string): AgentError {
	return new AgentError(message, {
		code: "E_USAGE",
		exitCode: ExitCode.usage,
		rows: { do: `${command} -help lists the flags` },
	});
}

function takeApart(word: string, index: number, command: string): { name: string; value?: string } {
	const [, name, value] = /^--?([^-=][^=]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
	if (name === undefined)
		throw usage(`word ${index + 1} of the command line is no flag: expected -name or -name=value`, command);
	return { name, ...(value !== undefined && { value }) };
}

function unknownFlag(name: string, known: GoFlags, command: string): AgentError {
	const shown = Object.keys(known).filter((one) => known[one]?.text !== undefined);
	const meant = nearest(name, shown);
	const hint = meant === undefined ? "" : `; did you mean -${meant}?`;
	return usage(`unknown flag -${name}${hint}`, command);
}

function refused(name: string, { why, advice }: NonNullable<GoFlag["refused"]>): AgentError {
	return new AgentError(`-${name} cannot be given here: ${why}`, {
		code: "E_USAGE",
		exitCode: ExitCode.usage,
		rows: { do: advice },
	});
}

/** What Go's `strconv.ParseBool` takes. */
function switchOf(name: string, text: string, command: string): boolean {
	if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
	if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
	throw usage(`-${name}: expected true or false`, command);
}

interface Given {
	readonly name: string;
	readonly flag: GoFlag;
	readonly text: string;
}

function valueOf({ name, flag, text }: Given, command: string): string | number {
	switch (flag.kind) {
		case "number":
			if (!/^[+-]?\d{1,15}$/.test(text)) throw usage(`-${name}: expected a whole number`, command);
			return Number(text);
		case "duration":
			if (!GO_DURATION.test(text)) throw usage(`-${name}: expected a duration such as 30s or 1h30m`, command);
			return text;
		case "text":
			if (flag.as !== undefined && flag.as(text) === undefined)
				throw usage(`-${name}: ${flag.wrong?.(text) ?? `expected ${shape(name, flag)}`}`, command);
			return text;
		case "switch":
			throw new RangeError(`Cannot read a value of -${name}: it is a switch`);
		default:
			return flag.kind satisfies never;
	}
}

/** What Go's `time.ParseDuration` takes. */
const GO_DURATION = /^([+-]?0|[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;
