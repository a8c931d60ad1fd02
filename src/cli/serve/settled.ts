import { type Config, isSameSetting } from "../../config/mod.ts";
import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { type Units, unitsOf } from "../units/units.ts";
import type { World } from "../world.ts";

/** What a running agent goes by. */
export interface Settled extends Units {
	readonly config: Config;
}

/** Reads everything that a config names. @throws AgentError for a template that cannot be read or parsed */
export async function settle(config: Config, world: World): Promise<Settled> {
	return { config, ...(await unitsOf(config, world)) };
}

/** Parts of a config that an agent cannot change while it runs, each with what is said of it. */
const FIXED: readonly (readonly [words: string, part: (config: Config) => unknown])[] = [
	["a child cannot be added or taken away", ({ exec }) => exec === undefined],
	["exit_after_auth cannot be changed", ({ exitAfterAuth }) => exitAfterAuth],
	["pid_file cannot be changed", ({ pidFile }) => pidFile],
	["exec.on_change cannot be changed to or from rolling", ({ exec }) => exec?.rolling === undefined],
	["exec.listen cannot be changed", ({ exec }) => exec?.rolling?.listen],
	["exec.pass cannot be changed", ({ exec }) => exec?.rolling?.pass],
	["exec.idle_timeout cannot be changed", ({ exec }) => exec?.rolling?.idleTimeoutMs],
	["exec.proxy_protocol cannot be changed", ({ exec }) => exec?.rolling?.proxyProtocol],
];

/** @throws AgentError `E_RELOAD` when the new config differs in what cannot be changed */
export function refuseFixed(before: Config, after: Config): void {
	const fixed = FIXED.find(([, part]) => !isSameSetting(part(before), part(after)));
	if (fixed === undefined) return;
	throw new AgentError(`${fixed[0]} while the agent runs`, {
		code: "E_RELOAD",
		exitCode: ExitCode.usage,
		rows: { at: after.origin, do: "restart the agent to have it so" },
	});
}

/** Where secrets are read: elsewhere the same path is another secret. */
export function placeOf({ vault: { addresses, namespace } }: Config) {
	return { addresses, namespace };
}

/** What is new, in the words of the config file: the parts that differ, and template files with another text. */
export function changesBetween(before: Settled, after: Settled): readonly string[] {
	return [...changedParts(before.config, after.config), ...changedTexts(before, after)];
}

function changedParts(before: Config, after: Config): string[] {
	const parts = {
		vault: "vault",
		auth: "auto_auth",
		pollIntervalMs: "poll_interval",
		templates: "templates",
		allowedRoots: "allowed_roots",
		fileRoots: "file_roots",
		env: "env",
		exec: "exec",
		listener: "listener",
		log: "log",
		onMissing: "on_missing",
		giveUpAfterMs: "give_up_after",
	} as const;
	return (Object.keys(parts) as (keyof typeof parts)[])
		.filter((key) => !isSameSetting(before[key], after[key]))
		.map((key) => parts[key]);
}

/** Template files whose text is another; one that was added is a change of `templates`. */
function changedTexts(before: Settled, after: Settled): string[] {
	return [...after.texts]
		.filter(([path, text]) => before.texts.has(path) && before.texts.get(path) !== text)
		.map(([path]) => path);
}
