import type { Config, ExecConfig } from "../../config/mod.ts";
import { errorCode, ExitCode, formatDuration } from "../../kernel/mod.ts";
import type { World } from "../world.ts";
import { type Finding, leftOut, ok, warning } from "./finding.ts";
import type { Door, Machine } from "./machine.ts";
import { findProgram } from "./process-checks.ts";

type Ready = NonNullable<ExecConfig["ready"]>;

/** Longest wait for a target that may not be there. */
const TIMEOUT_MS = 2000;

interface ReadyParts {
	readonly world: Pick<World, "env" | "cwd">;
	readonly machine: Pick<Machine, "connect" | "may">;
	/** The agent of this config runs, and its child with it. */
	readonly isRunning: () => Promise<boolean>;
}

/** How a new child is asked whether it is up, as far as that can be tried without one. */
export async function readyCheck(
	{ exec }: Pick<Config, "exec">,
	parts: ReadyParts,
): Promise<readonly Finding[]> {
	if (exec?.ready === undefined)
		return [leftOut("ready", "nobody asks the child: it is up when it has lived through start_grace")];
	const { probe, timeoutMs } = exec.ready;
	const within = `within ${formatDuration(timeoutMs)}`;
	switch (probe.kind) {
		case "http-path":
			return [ok("ready", `GET ${probe.path} on the child's private port has to answer 2xx ${within}`)];
		case "tcp-private":
			return [ok("ready", `the child's private port has to take a connection ${within}`)];
		case "command":
			return [await programFinding(probe, parts)];
		default:
			return [await targetFinding(probe, parts)];
	}
}

async function programFinding(
	{ command: [program] }: Extract<Ready["probe"], { kind: "command" }>,
	{ world, machine }: ReadyParts,
): Promise<Finding> {
	const found = await findProgram(program, world, machine);
	if (found !== undefined) return ok("ready", `${program} is ${found}; it has to end with 0`);
	return {
		check: "ready",
		result: "failure",
		says: `${program} is not found, or may not be run: no child will ever be ready`,
		remedy: "check exec.ready.command: the program, the agent's PATH, and that it is executable for its user",
		exitCode: ExitCode.failed,
	};
}

/** Who answers before there is a child would have every child count as ready. */
async function targetFinding(
	probe: Extract<Ready["probe"], { kind: "http" | "tcp" }>,
	{ machine, isRunning }: ReadyParts,
): Promise<Finding> {
	const door = doorOf(probe);
	const place = `${door.host}:${door.port}`;
	const code = await machine.connect(door, TIMEOUT_MS).then(
		() => undefined,
		(error: unknown) => errorCode(error) ?? "unknown",
	);
	if (code === "ECONNREFUSED") return ok("ready", `${place} is asked; nobody is there before the child`);
	if (code !== undefined) {
		return warning(
			"ready",
			`${place} cannot be reached (${code}): a child may never be ready`,
			"check the host and port in exec.ready",
		);
	}
	if (await isRunning()) return ok("ready", `${place} answers: the agent of this config runs`);
	return warning(
		"ready",
		`somebody listens at ${place} already: each new child would count as ready at once`,
		"end what listens there, or ask something that the child alone can answer",
	);
}

function doorOf(probe: Extract<Ready["probe"], { kind: "http" | "tcp" }>): Door {
	if (probe.kind === "tcp") return { host: probe.host, port: probe.port };
	const { hostname, port } = new URL(probe.url);
	return { host: hostname.replaceAll(/[[\]]/g, ""), port: Number(port || 80) };
}
