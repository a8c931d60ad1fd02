import type { ChildTerms } from "../../agent/mod.ts";
import type { ChildSpec } from "../../child/mod.ts";
import { type Config, type ExecConfig, isSameSetting } from "../../config/mod.ts";
import type { World } from "../world.ts";
import { childEnvironment, credentialsIn } from "./child-environment.ts";

/** Pauses between starts of a child that keeps failing. */
const CHILD_BACKOFF = { minMs: 1000, maxMs: 60_000 };

/** What to run and how to end it. */
function childSpecOf(exec: ExecConfig): ChildSpec {
	const [program, ...args] = exec.command;
	if (program === undefined) throw new RangeError("Cannot supervise: the config has an empty command");
	return { ...exec, command: [program, ...args], backoff: CHILD_BACKOFF };
}

/** How the child is run; nothing without one. */
export function childTermsOf(config: Config, world: World): Required<ChildTerms> | undefined {
	const { exec } = config;
	if (exec === undefined) return undefined;
	const inheritance = { inherit: exec.inheritEnv, credentials: credentialsIn(config) };
	return {
		spec: childSpecOf(exec),
		splayMs: exec.splayMs,
		keepsVariables: exec.fixedEnv,
		environment: (variables) => childEnvironment(world.env, inheritance, variables),
	};
}

/** Whether two configs differ in nothing that a child which runs already would have to be started anew for. */
export function isForNextChild({ exec: before }: Config, { exec: after }: Config): boolean {
	return isSameSetting(before && lasting(before), after && lasting(after));
}

/** What a child is run by from its start to its end; the rest is about the coming and going of another. */
function lasting({
	ready: _ready,
	startGraceMs: _grace,
	splayMs: _splay,
	fixedEnv: _fixed,
	rolling,
	...rest
}: ExecConfig) {
	const { drainTimeoutMs: _drain, ...front } = rolling ?? {};
	return { ...rest, front };
}
