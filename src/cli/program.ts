import { Command, CommanderError, Option } from "commander";
import { AgentError, ExitCode, type Log } from "../kernel/mod.ts";
import { COMMANDS } from "./command-list.ts";
import type { CommandSpec, FlagSpec } from "./command-spec.ts";
import { errorLine, errorText } from "./error-text.ts";
import { exitCodeHelp } from "./exit-codes.ts";
import { foreignCall } from "./foreign/call.ts";
import { ABOUT, HELP_FLAG, JSON_FLAG, VERSION_FLAG } from "./program-flags.ts";
import { withMeantFlag } from "./unknown-flag.ts";
import type { World } from "./world.ts";

/**
 * Runs the command line.
 *
 * @returns the exit code; whatever went wrong has been said on stderr, without any secret
 */
export async function runCli(world: World): Promise<number> {
	let code: number = ExitCode.done;
	let jsonLog: Log | undefined;
	const makeLog: World["makeLog"] = async (level, format, copy) => {
		const log = await world.makeLog(level, format, copy);
		if (format === "json") jsonLog = log;
		return log;
	};
	try {
		const call = foreignCall(world);
		if (call !== undefined) {
			const { runForeign } = await import("./foreign/run.ts");
			return await runForeign(call, { ...world, makeLog });
		}
		const program = build({ ...world, makeLog }, await versionText(world), (next) => {
			code = next;
		});
		await program.parseAsync([...world.argv], { from: "user" });
		return code;
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
		if (error instanceof AgentError) {
			// Where the log is JSON, the last word is too: the same sentence, its parts as fields.
			if (jsonLog === undefined) world.stderr.write(world.redactor.clean(errorText(error)));
			else jsonLog.write("error", "failed", errorLine(error));
			return error.exitCode;
		}
		throw error;
	}
}

/** What `--version` prints. The report costs more than the line, so it is made only where it is asked for. */
async function versionText(world: World): Promise<string> {
	const isReport = world.argv.includes("--json") && /^(-V|--version|--json)$/.test(world.argv[0] ?? "");
	if (!isReport) return `keyturn ${world.version}`;
	const { versionReport } = await import("./version-report.ts");
	return JSON.stringify(versionReport(world), null, "\t");
}

const FOREIGN = `
In the place of another program, with its own flags:
  agent agent -config=FILE         Vault Agent; also under the names vault and bao
  agent consul-template -config=FILE
  agent envconsul -config=FILE COMMAND`;

function build(world: World, version: string, finish: (code: number) => void): Command {
	const program = new Command("agent")
		.description(ABOUT)
		.version(version, VERSION_FLAG.flags, VERSION_FLAG.text)
		.addOption(option(JSON_FLAG))
		.helpOption(HELP_FLAG.flags, HELP_FLAG.text)
		.configureOutput({
			writeOut: (text) => world.stdout.write(text),
			writeErr: (text) => world.stderr.write(text),
			outputError: (text, write) => write(withMeantFlag(text, world.argv[0])),
			getOutHasColors: () => world.stdout.hasColor,
			getErrHasColors: () => world.stderr.hasColor,
		})
		.exitOverride()
		.enablePositionalOptions()
		.showHelpAfterError("(agent --help lists the commands, agent COMMAND --help their flags)")
		.addHelpText("after", FOREIGN)
		.addHelpText("after", exitCodeHelp());

	for (const spec of COMMANDS) {
		add(spec, program).action(async (...given: unknown[]) => {
			const command = given.at(-1) as Command;
			finish(await spec.run({ flags: command.opts(), operands: command.args, world }));
		});
	}
	return program;
}

function add(spec: CommandSpec, program: Command): Command {
	const command = program
		.command(spec.name)
		.summary(spec.summary)
		.addHelpText("after", `\nExample:\n  ${spec.example}\n`);
	if (spec.description !== undefined) command.description(spec.description);
	if (spec.operand !== undefined) {
		const { name, text, choices, isCommandLine } = spec.operand;
		if (isCommandLine) command.passThroughOptions();
		const argument = command.createArgument(name, text);
		command.addArgument(choices === undefined ? argument : argument.choices(choices));
	}
	for (const flag of spec.flags) command.addOption(option(flag));
	return command;
}

function option({ flags, text, choices, standard, isRepeatable, isHidden }: FlagSpec): Option {
	const made = new Option(flags, text).hideHelp(isHidden === true);
	if (choices !== undefined) made.choices(choices);
	if (standard !== undefined) made.default(standard);
	if (isRepeatable) made.argParser(gather);
	return made;
}

function gather(value: string, previous: readonly string[] | undefined): readonly string[] {
	return [...(previous ?? []), value];
}
