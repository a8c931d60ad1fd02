import { Command, CommanderError, Option } from "commander";
import { AgentError, ExitCode, type Log } from "../kernel/mod.ts";
import { errorLine, errorText } from "./error-text.ts";
import { exitCodeHelp } from "./exit-codes.ts";
import type { World } from "./world.ts";

/** Flags that every command has. */
export interface CommonFlags {
	readonly config?: string;
	readonly logLevel?: string;
	readonly logFormat?: string;
	readonly address?: string;
	readonly namespace?: string;
	/** `SRC:DST`, each. */
	readonly template?: readonly string[];
}

/**
 * Runs the command line.
 *
 * @returns the exit code; whatever went wrong has been said on stderr, without any secret
 */
export async function runCli(world: World): Promise<number> {
	let code: number = ExitCode.done;
	let jsonLog: Log | undefined;
	const makeLog: World["makeLog"] = async (level, format) => {
		const log = await world.makeLog(level, format);
		if (format === "json") jsonLog = log;
		return log;
	};
	const program = build({ ...world, makeLog }, (next) => {
		code = next;
	});
	try {
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

function build(world: World, finish: (code: number) => void): Command {
	const program = new Command("agent")
		.description(
			"Puts secrets from Vault or OpenBao where an LLM gateway reads them, and turns it over when they change.",
		)
		.version(`keyturn ${world.version}`, "-V, --version", "print the version")
		.helpOption("-h, --help", "print this help")
		.configureOutput({
			writeOut: (text) => world.stdout.write(text),
			writeErr: (text) => world.stderr.write(text),
			getOutHasColors: () => world.stdout.hasColor,
			getErrHasColors: () => world.stderr.hasColor,
		})
		.exitOverride()
		.enablePositionalOptions()
		.showHelpAfterError("(agent --help lists the commands, agent COMMAND --help their flags)")
		.addHelpText("after", exitCodeHelp());

	withServer(common(program.command("start")))
		.summary("run as a sidecar, or as an init container")
		.description(
			"Renders every template, keeps the files current, and supervises the config's child if it has one.",
		)
		.option("--exit-after-auth", "end with 0 as soon as everything stands (init container)")
		.option("--timeout <duration>", "with --exit-after-auth: give up after this long (default 2m)")
		.option("--poll-interval <duration>", "how often secrets without a lease are read (default 15s)")
		.addHelpText("after", "\nExample:\n  agent start -c /etc/keyturn/agent.yaml --exit-after-auth\n")
		.action(async (flags: CommonFlags) => {
			const { start } = await import("./commands/start.ts");
			finish(await start(flags, world));
		});

	withServer(common(program.command("run")))
		.summary("run a command with secrets in its environment and files")
		.description("Starts the command once every secret stands, and turns it over when one changes.")
		.argument("[command...]", "the command and its arguments, after --")
		.option("--env <NAME=REF>", "a variable from a secret: NAME=path#field (repeatable)", collect)
		.option("--template <SRC:DST>", "a template file and where it goes (repeatable)", collect)
		.addOption(
			new Option("--on-change <action>", "what a change does to the command").choices(["restart", "none"]),
		)
		.option("--poll-interval <duration>", "how often secrets without a lease are read (default 15s)")
		.addHelpText(
			"after",
			"\nExample:\n  agent run --env OPENAI_API_KEY=secret/data/llm/openai#api_key -- litellm --config config.yaml\n",
		)
		.action(async (command: string[], flags: CommonFlags) => {
			const { run } = await import("./commands/run.ts");
			finish(await run(command, flags, world));
		});

	withServer(common(program.command("render")))
		.summary("render once")
		.description("Logs in, renders every template once and writes the files. Nothing is turned over.")
		.option("--env <NAME=REF>", "a variable from a secret, to be shown (repeatable)", collect)
		.option("--template <SRC:DST>", "a template file and where it goes (repeatable)", collect)
		.option("--dry-run", "write nothing; show what would be written, values masked")
		.option("--diff", "write nothing; show what would change, values masked")
		.option("--json", "print what was done as JSON")
		.option("--timeout <duration>", "give up after this long (default 2m)")
		.addHelpText("after", "\nExample:\n  agent render -c agent.yaml --diff\n")
		.action(async (flags: CommonFlags) => {
			const { render } = await import("./commands/render.ts");
			finish(await render(flags, world));
		});

	withServer(common(program.command("validate")))
		.summary("check config and templates without asking Vault")
		.description(
			"Checks the config and every template, and prints the paths that they read with the least policy for them.",
		)
		.option("--json", "print the result as JSON")
		.addHelpText("after", "\nExample:\n  agent validate -c agent.yaml\n")
		.action(async (flags: CommonFlags) => {
			const { validate } = await import("./commands/validate.ts");
			finish(await validate(flags, world));
		});

	program
		.command("dev")
		.summary("run a Vault-compatible server in memory, for development")
		.description(
			"Starts a server that speaks Vault's API, with KV v2 at secret/. In memory, on loopback, for development only.",
		)
		.option("--listen <address>", "host:port on loopback; port 0 takes a free one", "127.0.0.1:8200")
		.option("--root-token <token>", "the root token (default: a random one)")
		.option("--seed <file>", "JSON with secrets, policies and approles to begin with")
		.option("--json", "print address and token as JSON")
		.addHelpText("after", "\nExample:\n  agent dev --listen 127.0.0.1:8200 --root-token root\n")
		.action(async (flags: object) => {
			const { dev } = await import("./commands/dev.ts");
			finish(await dev(flags, world));
		});

	program
		.command("schema")
		.summary("print the JSON Schema of the config file")
		.addHelpText("after", "\nExample:\n  agent schema > agent.schema.json\n")
		.action(async () => {
			const { schema } = await import("./commands/schema.ts");
			finish(schema(world));
		});
	return program;
}

function common(command: Command): Command {
	return command
		.option("-c, --config <file>", "config file, YAML or JSON (AGENT_CONFIG)")
		.addOption(
			new Option("--log-level <level>", "what is logged").choices([
				"trace",
				"debug",
				"info",
				"warn",
				"error",
			]),
		)
		.addOption(
			new Option("--log-format <format>", "default: pretty on a terminal").choices(["json", "pretty"]),
		);
}

function withServer(command: Command): Command {
	return command
		.option("--address <url>", "Vault's address (VAULT_ADDR)")
		.option("--namespace <namespace>", "Vault's namespace (VAULT_NAMESPACE)");
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
	return [...previous, value];
}
