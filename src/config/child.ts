import { commandLine } from "./command-line.ts";
import { type Context, milliseconds } from "./context.ts";
import type { ExecConfig } from "./exec-config.ts";
import type { Path } from "./place.ts";
import { ready } from "./readiness.ts";
import { rolling } from "./rolling.ts";
import type { FileConfig } from "./schema/file.ts";

type FileExec = NonNullable<FileConfig["exec"]>;

/** The child, where the file or the command line names one. */
export function child(file: FileConfig, context: Context): ExecConfig | undefined {
	const { exec } = file;
	if (exec === undefined) return undefined;
	const report = (path: Path, message: string) =>
		context.problems.push({ place: context.places.of(path), message });
	if (exec.command === undefined) {
		report(["exec"], 'exec lacks "command"; add it, or write it after --');
		return undefined;
	}
	if (file.exit_after_auth) {
		report(
			["exit_after_auth"],
			"exit_after_auth cannot go with exec: an init container runs no child; leave one of them out",
		);
	}
	const onChange = changeOf(exec);
	const isReplaced = onChange.kind === "restart" || onChange.kind === "rolling";
	const hasVariables = Object.keys(file.env).length + file.env_from.length > 0;
	if (!isReplaced && !exec.fixed_env && hasVariables) {
		report(
			["exec", "on_change"],
			`exec.on_change: ${onChange.kind} cannot go with env: a running process cannot take new variables; use restart or rolling, templates instead of env, or exec.fixed_env: true`,
		);
	}
	if (onChange.kind === "rolling" && "PORT" in file.env)
		report(
			["env", "PORT"],
			"env holds PORT, which with exec.on_change: rolling is the child's private port; use another name",
		);
	if (onChange.kind === "rolling" && milliseconds(exec.splay) > 0)
		report(
			["exec", "splay"],
			"exec.splay: with on_change: rolling nothing stands still while a child is replaced, so there is nothing to spread; leave it out",
		);
	const readiness = ready(exec, context);
	const front = rolling(exec, context);
	return {
		command: commandLine(exec, ["command"], context),
		onChange,
		fixedEnv: exec.fixed_env,
		splayMs: milliseconds(exec.splay),
		stopSignal: exec.stop_signal,
		stopTimeoutMs: milliseconds(exec.stop_timeout),
		startGraceMs: milliseconds(exec.start_grace),
		restartOnExit: exec.restart_on_exit,
		inheritEnv: exec.inherit_env,
		...(readiness && { ready: readiness }),
		...(front && { rolling: front }),
	};
}

function changeOf({ on_change: given }: FileExec): ExecConfig["onChange"] {
	return typeof given === "string" ? { kind: given } : { kind: "signal", signal: given.signal };
}
