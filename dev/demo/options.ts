import { parseArgs } from "node:util";

export type ServerKind = "embedded" | "bao" | "vault";

export interface DemoOptions {
	/** Stay up after the time line, until Ctrl-C. */
	readonly keep: boolean;
	readonly server: ServerKind;
}

export const HELP = `Usage: npm run demo -- [--keep] [--server embedded|bao|vault]

Starts a Vault-compatible server, the agent and a sample gateway, sends requests,
rotates the gateway's key and shows what happened when. Takes about ten seconds.

  --keep           stay up after the time line and say what to play with
  --server <kind>  embedded (default), or the real bao or vault on PATH
  -h, --help       print this help
`;

/** Thrown when the command line cannot be understood. */
export class UsageError extends Error {}

/** @throws UsageError naming what is wrong */
export function parseOptions(args: readonly string[]): DemoOptions | "help" {
	const { keep, server, help } = parseFlags(args);
	if (help) return "help";
	if (server !== "embedded" && server !== "bao" && server !== "vault") {
		throw new UsageError(`--server: "${server}" is unknown, expected embedded, bao or vault`);
	}
	return { keep, server };
}

function parseFlags(args: readonly string[]) {
	try {
		return parseArgs({
			args: [...args],
			options: {
				keep: { type: "boolean", default: false },
				server: { type: "string", default: "embedded" },
				help: { type: "boolean", short: "h", default: false },
			},
		}).values;
	} catch (error) {
		// Node's own sentence ends with advice about positional arguments, of which there are none.
		throw new UsageError(error instanceof Error ? (error.message.split(".")[0] ?? "") : String(error));
	}
}
