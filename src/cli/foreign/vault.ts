import { AgentError, ExitCode, nearest } from "../../kernel/mod.ts";
import type { World } from "../world.ts";
import type { ForeignCall } from "./call.ts";

/** What of `vault` there is. */
const COMMANDS = [
	["agent", "log in, write tokens and templates, supervise a child"],
	["token revoke -self", "revoke the token in VAULT_TOKEN, or in ~/.vault-token"],
	["version", "print the version"],
] as const;

/** `vault …`, where this program has taken its name. */
export async function runVault({ words, name }: ForeignCall, world: World): Promise<number> {
	const [first, second] = words;
	switch (first) {
		case "agent": {
			const { runVaultAgent } = await import("./vault-agent.ts");
			return await runVaultAgent(
				{ program: "vault agent", words: words.slice(1), name: `${name} agent` },
				world,
			);
		}
		case "token": {
			if (second !== "revoke") throw unknown(name, "token");
			const { revokeToken } = await import("./revoke-token.ts");
			return await revokeToken({ words: words.slice(2), name: `${name} token revoke` }, world);
		}
		case "version":
		case "-version":
		case "--version":
		case "-v":
			world.stdout.write(`keyturn ${world.version}\n`);
			return ExitCode.done;
		case "-h":
		case "-help":
		case "--help":
			world.stdout.write(help(name));
			return ExitCode.done;
		default:
			throw unknown(name, first);
	}
}

/** @param command as it was typed; a word that may hold anything is repeated only where it is nearly one of ours */
function unknown(name: string, command: string | undefined): AgentError {
	const meant = command === undefined ? undefined : nearest(command, ["agent", "token", "version"]);
	const isOther = meant !== undefined && meant !== command;
	const hint = isOther ? `; did you mean ${name} ${meant}?` : "";
	return new AgentError(
		`this is keyturn under the name ${name}; it knows ${name} agent, ${name} token revoke -self and ${name} version${hint}`,
		{
			code: "E_USAGE",
			exitCode: ExitCode.usage,
			rows: { do: `for everything else call the real ${name} by its path` },
		},
	);
}

function help(name: string): string {
	const lines = COMMANDS.map(
		([command, text]) => `  ${`${name} ${command}`.padEnd(name.length + 20)} ${text}`,
	);
	return [`Usage: ${name} COMMAND`, "", `This is keyturn under the name ${name}.`, "", ...lines, ""].join(
		"\n",
	);
}
