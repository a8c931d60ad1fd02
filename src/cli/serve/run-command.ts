import type { ChildProcess } from "node:child_process";
import { execa } from "execa";
import { type Clock, firstOf, formatDuration, type Log, type Redactor } from "../../kernel/mod.ts";
import { shellQuoted } from "../shell-quoted.ts";
import { LastLines, lineReader } from "./command-output.ts";
import { notNotified } from "./not-notified.ts";

export interface Command {
	readonly command: readonly string[];
	readonly timeoutMs: number;
	/** The whole environment of the command. */
	readonly env: Readonly<Record<string, string>>;
}

export interface CommandWorld {
	readonly clock: Clock;
	readonly log: Log;
	readonly redactor: Redactor;
}

/** How long the end of the output is waited for when the command has ended: what it has left behind may hold it open. */
const OUTPUT_MS = 500;

const LONGEST_TEXT = 500;

/**
 * Runs a command of `on_change` without a shell. What it says is a line each in the log at level debug; what it said last
 * on stderr is told of when it fails. After the timeout it is killed with everything that it has started; what it leaves
 * behind when it ends by itself lives on.
 *
 * Reached by a dynamic import alone.
 *
 * @throws AgentError `E_NOT_NOTIFIED` unless it ended with 0; the signal's reason when aborted
 */
export async function runCommand(
	{ command, timeoutMs, env }: Command,
	{ clock, log, redactor }: CommandWorld,
	signal: AbortSignal,
): Promise<void> {
	signal.throwIfAborted();
	const [program = "", ...args] = command;
	// Its own time and end: execa's would also count for those who hold the output open when the command has ended.
	const running = execa(program, args, {
		env,
		extendEnv: false,
		stdio: ["ignore", "pipe", "pipe"],
		buffer: false,
		cleanup: false,
		killDescendants: true,
		reject: false,
		verbose: "none", // whatever NODE_DEBUG says
	});
	const { nodeChildProcess: child } = running;
	const output = listen(child, program, { log, redactor });
	const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	const woken = await firstOf(Promise.race([ended, running]), timeoutMs, { clock, order: signal });
	if (woken !== "event") running.kill("SIGKILL");
	signal.throwIfAborted();
	await firstOf(running, OUTPUT_MS, { clock, order: signal });
	const said = output.end();
	const text = redactor.clean(textOf(command)).slice(0, LONGEST_TEXT);
	const failed = (reason: string) =>
		notNotified(program, reason, { run: text, ...(said !== "" && { said }) });
	if (woken === "time") throw failed(`not done within ${formatDuration(timeoutMs)}`);
	if (child.pid === undefined) throw failed((await running).code ?? "not started");
	if (child.exitCode !== 0) throw failed(`exit ${child.exitCode ?? child.signalCode ?? "unknown"}`);
}

/** Puts each line that the command says into the log. @returns at the end: what it said last on stderr */
function listen(
	{ stdout, stderr }: Pick<ChildProcess, "stdout" | "stderr">,
	command: string,
	{ log, redactor }: Pick<CommandWorld, "log" | "redactor">,
): { end(): string } {
	const last = new LastLines(redactor);
	const say = (stream: string, line: string) =>
		log.write("debug", "command", { msg: `${command}: ${line}`, command, stream });
	const out = lineReader((line) => say("stdout", line));
	const err = lineReader((line) => {
		say("stderr", line);
		last.add(line);
	});
	stdout?.on("data", (bytes: Uint8Array) => out.write(bytes));
	stderr?.on("data", (bytes: Uint8Array) => err.write(bytes));
	return {
		end() {
			out.end();
			err.end();
			return last.text;
		},
	};
}

/** As the config has it: what is for the shell by itself, other words with blanks between them. */
function textOf(command: readonly string[]): string {
	const [program, flag, text = ""] = command;
	if (program === "sh" && flag === "-c" && command.length === 3) return text;
	return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellQuoted(word))).join(" ");
}
