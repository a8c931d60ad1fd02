import { join } from "node:path";
import type { Config } from "../../config/mod.ts";
import { ExitCode } from "../../kernel/mod.ts";
import { type PublicAddress, TAKEN_REMEDY } from "../validate/public-address.ts";
import type { World } from "../world.ts";
import { writtenAddress } from "../written-address.ts";
import { type Finding, leftOut, ok, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** Variables that change what Node itself does; each with what it may give away or break. */
const NODE_VARIABLES: Readonly<Record<string, string>> = {
	NODE_DEBUG: "makes Node print what goes over a socket, tokens included",
	NODE_OPTIONS: "is taken by the agent and by a child that runs on Node",
	NODE_TLS_REJECT_UNAUTHORIZED: "is meant to take any certificate; a child on Node takes it at its word",
};

/** The agent's own process. */
export async function processChecks(
	world: Pick<World, "version" | "platform" | "env">,
	machine: Pick<Machine, "cachedModules">,
): Promise<readonly Finding[]> {
	const { node, platform, arch } = world.platform;
	const set = Object.entries(NODE_VARIABLES).filter(([name]) => world.env[name]);
	return [
		ok("node", `keyturn ${world.version} on Node ${node}, ${platform} ${arch}`),
		...(set.length === 0
			? [ok("environment", "no variable changes what Node does")]
			: set.map(([name, effect]) => warning("environment", `${name} is set: it ${effect}`, `unset ${name}`))),
		await compileCache(machine),
	];
}

async function compileCache(machine: Pick<Machine, "cachedModules">): Promise<Finding> {
	const modules = await machine.cachedModules();
	return modules
		? ok("compile cache", `${modules} modules compiled ahead for this Node`)
		: warning(
				"compile cache",
				"there is none for this Node: every start takes some 30 ms longer",
				"run the package's build with the Node that the agent runs on",
			);
}

type Surroundings = Pick<World, "env" | "cwd">;
type Programs = Pick<Machine, "may">;

/** The child, as far as it can be seen without starting it. */
export async function childChecks(
	{ exec }: Pick<Config, "exec">,
	world: Surroundings,
	machine: Programs & Pick<Machine, "pid">,
): Promise<readonly Finding[]> {
	if (exec === undefined) return [leftOut("child", "the config has none")];
	const [program = ""] = exec.command;
	const found = await findProgram(program, world, machine);
	const child =
		found === undefined
			? ({
					check: "child",
					result: "failure",
					says: `${program} is not found, or may not be run`,
					remedy: "check that the program exists and is on the agent's PATH, and is executable for its user",
					exitCode: ExitCode.usage,
				} as const)
			: ok("child", `${program} is ${found}`);
	const init =
		machine.pid === 1
			? warning(
					"init",
					"the agent is pid 1 and has a child: what that child leaves behind stays as zombies",
					"start it below a small init such as tini, or with the container's own (docker run --init)",
				)
			: ok("init", `the agent is pid ${machine.pid}: something else collects orphans`);
	return [child, init];
}

/** Where a program is that is started by this name, if anywhere. */
export async function findProgram(
	program: string,
	world: Surroundings,
	machine: Programs,
): Promise<string | undefined> {
	const folders = program.includes("/") ? [world.cwd] : (world.env["PATH"] ?? "/usr/bin:/bin").split(":");
	for (const folder of folders) {
		const path = program.startsWith("/") ? program : join(folder, program);
		if (await machine.may(path, "run")) return path;
	}
	return undefined;
}

/** Where the agent would answer, or does. */
export async function listenerCheck(
	{ listener }: Pick<Config, "listener">,
	machine: Pick<Machine, "canListen">,
	isRunning: () => Promise<boolean>,
): Promise<readonly Finding[]> {
	if (listener === undefined) return [leftOut("listener", "the config has none")];
	const { address } = listener;
	const code = await machine.canListen(address);
	const place = writtenAddress(address);
	if (code === undefined) return [ok("listener", `${place} is free`)];
	if (code === "EADDRINUSE" && (await isRunning()))
		return [ok("listener", `${place} is held by an agent that runs, and answers there`)];
	return [
		{
			check: "listener",
			result: "failure",
			says: `nobody can listen at ${place} (${code})`,
			remedy:
				code === "EADDRINUSE"
					? "see who has the port, or choose another one"
					: "choose another address in listener.address",
			exitCode: ExitCode.usage,
		},
	];
}

/** Where the child's clients come to, in rolling. */
export function publicAddressCheck(found: PublicAddress | undefined): readonly Finding[] {
	if (found === undefined)
		return [leftOut("public address", "the child has its own; the agent passes nothing on")];
	const { address, state, code = "unknown" } = found;
	switch (state) {
		case "free":
			return [ok("public address", `${address} is free`)];
		case "ours":
			return [ok("public address", `${address} is held by the agent that runs with this config`)];
		case "taken":
			return [
				{
					check: "public address",
					result: "failure",
					says: `somebody listens at ${address}`,
					remedy: TAKEN_REMEDY,
					exitCode: ExitCode.failed,
				},
			];
		case "not here":
			return [
				{
					check: "public address",
					result: "failure",
					says: `nobody can listen at ${address} (${code})`,
					remedy: "choose another address in exec.listen",
					exitCode: ExitCode.failed,
				},
			];
		default:
			return state satisfies never;
	}
}
