/** docs/cli.md and the manual page docs/agent.1, from what the commands say of themselves. */
import manifest from "../package.json" with { type: "json" };
import { COMMANDS } from "../src/cli/command-list.ts";
import type { CommandSpec, FlagSpec } from "../src/cli/command-spec.ts";
import { COMMON_FLAGS } from "../src/cli/common-flags.ts";
import { CHILD_CODE, EXIT_CODES } from "../src/cli/exit-codes.ts";
import { ABOUT, HELP_FLAG, PROGRAM_FLAGS } from "../src/cli/program-flags.ts";

/** Variables that the command line itself looks at; those that stand for keys of the config are in its own page. */
const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
	["AGENT_CONFIG", "the config file, where there is no --config"],
	["VAULT_ADDR", "Vault's address; further VAULT_ and BAO_ variables stand in docs/configuration.md"],
	["VAULT_TOKEN", "a token to log in with, where the config says nothing else"],
	["VAULT_ROLE_ID, VAULT_SECRET_ID", "an AppRole to log in with, where the config says nothing else"],
	["AGENT_LISTENER, AGENT_LISTENER_TOKEN", "where the agent answers, and the token that opens it"],
	["NO_COLOR", "no colours where it is set"],
];

const USED_EVERYWHERE =
	"Every command takes these, so that whoever starts them all alike need not know which of them reads a config:";

/** The whole of docs/cli.md. */
export function commandPage(): string {
	return `# Command line

<!-- Made by dev/docs-commands.ts from src/cli: change it there. -->

${ABOUT} The command is \`agent\`; \`keyturn\` is another name for it. \`agent COMMAND --help\` says the same as this page, and \`man agent\` where the manual page is installed.

| command | does |
|---|---|
${COMMANDS.map(({ name, summary }) => `| [\`agent ${name}\`](#agent-${name}) | ${summary} |\n`).join("")}
${flagTable(PROGRAM_FLAGS)}
## Flags of every command

${USED_EVERYWHERE}

${flagTable([...COMMON_FLAGS, HELP_FLAG])}
An unknown command or flag ends with 2 and names the nearest one. With \`--json\` a command prints one JSON document on standard output; the log and errors go to standard error.

${COMMANDS.map(section).join("\n")}
## Environment

| variable | meaning |
|---|---|
${VARIABLES.map(([name, meaning]) => `| \`${name}\` | ${meaning} |\n`).join("")}
## Exit codes

| code | meaning |
|---|---|
${[...EXIT_CODES].map(([code, meaning]) => `| ${code} | ${meaning} |\n`).join("")}
${CHILD_CODE[0]?.toUpperCase()}${CHILD_CODE.slice(1)}.
`;
}

function section(command: CommandSpec): string {
	const { name, summary, description = `${summary}.`, operand, example } = command;
	const taken = operand === undefined ? "" : `\n\`${operand.name}\`: ${operand.text}${choicesOf(operand)}\n`;
	const flags = ownFlags(command);
	return `## agent ${name}

${sentence(description)}

\`\`\`
${usage(command)}
\`\`\`
${taken}
${flags.length > 0 ? `${flagTable(flags)}\n` : ""}\`\`\`sh
${example}
\`\`\`
`;
}

function flagTable(flags: readonly FlagSpec[]): string {
	const rows = flags.map((flag) => {
		const cells = [
			`\`${flag.flags}\``,
			flag.text + choicesOf(flag),
			flag.standard ? `\`${flag.standard}\`` : "",
		];
		return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
	});
	return `| flag | meaning | default |\n|---|---|---|\n${rows.join("")}`;
}

/** The manual page, docs/agent.1 (man-pages(7), groff_man(7)). */
export function manualPage(): string {
	const lines = [
		`.\\" Made by dev/docs-commands.ts from src/cli: change it there.`,
		`.TH AGENT 1 "" "keyturn ${manifest.version}" "keyturn"`,
		".SH NAME",
		"agent \\- secrets from Vault or OpenBao for LLM gateways",
		".SH SYNOPSIS",
		...COMMANDS.flatMap((command) => [roff(usage(command)), ".br"]).slice(0, -1),
		".SH DESCRIPTION",
		roff(ABOUT),
		".SH OPTIONS",
		...PROGRAM_FLAGS.flatMap(manualFlag),
		".PP",
		roff(USED_EVERYWHERE),
		...COMMON_FLAGS.flatMap(manualFlag),
		".SH COMMANDS",
		...COMMANDS.flatMap(manualCommand),
		".SH ENVIRONMENT",
		...VARIABLES.flatMap(([name, meaning]) => [".TP", `.B ${roff(name)}`, roff(meaning)]),
		".SH EXIT STATUS",
		...[...EXIT_CODES].flatMap(([code, meaning]) => [".TP", `.B ${code}`, roff(meaning)]),
		".PP",
		roff(CHILD_CODE),
	];
	return `${lines.join("\n")}\n`;
}

function manualCommand(command: CommandSpec): string[] {
	const { name, summary, description = `${summary}.`, operand, example } = command;
	return [
		`.SS agent ${name}`,
		roff(sentence(description)),
		...(operand === undefined
			? []
			: [".TP", `.B ${roff(operand.name)}`, roff(operand.text + choicesOf(operand))]),
		...ownFlags(command).flatMap(manualFlag),
		".PP",
		"Example:",
		".PP",
		".RS",
		".nf",
		roff(example),
		".fi",
		".RE",
	];
}

function manualFlag(flag: FlagSpec): string[] {
	const standard = flag.standard === undefined ? "" : ` (default: ${flag.standard})`;
	return [".TP", `.B ${roff(flag.flags)}`, roff(flag.text + choicesOf(flag) + standard)];
}

/** What the command does not share with all the others. */
function ownFlags({ flags }: CommandSpec): readonly FlagSpec[] {
	const shared = new Set(COMMON_FLAGS.map((flag) => flag.flags));
	return flags.filter((flag) => !shared.has(flag.flags));
}

function usage({ name, operand }: CommandSpec): string {
	const tail =
		operand === undefined ? "" : ` ${operand.name === "[command...]" ? "-- COMMAND..." : operand.name}`;
	return `agent ${name} [options]${tail}`;
}

function choicesOf({ choices }: { readonly choices?: readonly string[] }): string {
	return choices === undefined ? "" : ` (one of ${choices.join(", ")})`;
}

function sentence(text: string): string {
	return `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
}

/** A line of text in roff: nothing in it is an instruction. */
function roff(text: string): string {
	return text
		.replaceAll("\\", "\\e")
		.replaceAll("-", "\\-")
		.replace(/^(?=[.'])/, "\\&");
}
