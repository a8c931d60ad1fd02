import type { NoticePort } from "../agent/mod.ts";
import { AgentError, ExitCode, formatDuration } from "../kernel/mod.ts";

/** Real commands and calls, for `on_change: { command }` and `{ http }`. */
export function systemNotices(env: Readonly<Record<string, string>>): NoticePort {
	return {
		run: ({ command, timeoutMs }, signal) => runCommand({ command, timeoutMs, env }, signal),
		async call({ url, method, timeoutMs }, signal) {
			const deadline = AbortSignal.timeout(timeoutMs);
			const status = await request({ url, method }, AbortSignal.any([signal, deadline])).catch(
				(error: unknown) => {
					signal.throwIfAborted();
					const late = `no answer within ${formatDuration(timeoutMs)}`;
					throw failed(`${method} ${url}`, deadline.aborted ? late : codeOf(error));
				},
			);
			if (status < 200 || status > 299) throw failed(`${method} ${url}`, `status ${status}`);
		},
	};
}

interface Command {
	readonly command: readonly string[];
	readonly timeoutMs: number;
	readonly env: Readonly<Record<string, string>>;
}

/** Run without a shell; its output is its own business and goes nowhere, for it may show what it was given. */
async function runCommand({ command, timeoutMs, env }: Command, signal: AbortSignal): Promise<void> {
	const [program = "", ...args] = command;
	const { execFile } = await import("node:child_process");
	await new Promise<void>((resolve, reject) => {
		const options = {
			env,
			signal,
			timeout: timeoutMs,
			killSignal: "SIGKILL",
			maxBuffer: 1024 * 1024,
		} as const;
		const child = execFile(program, args, options, (error) => {
			if (error === null) resolve();
			else if (signal.aborted) reject(signal.reason as Error);
			else if (error.killed) reject(failed(program, `not done within ${formatDuration(timeoutMs)}`));
			else reject(failed(program, `exit ${String(error.code ?? error.signal)}`));
		});
		child.stdin?.end();
	});
}

async function request(
	{ url, method }: { readonly url: string; readonly method: string },
	signal: AbortSignal,
): Promise<number> {
	const { request: send } = url.startsWith("https:") ? await import("node:https") : await import("node:http");
	return await new Promise((resolve, reject) => {
		const outgoing = send(url, { method, signal }, (reply) => {
			reply.resume();
			resolve(reply.statusCode ?? 0);
		});
		outgoing.on("error", reject);
		outgoing.end();
	});
}

function codeOf(error: unknown): string {
	return error instanceof Error && "code" in error ? String(error.code) : "no connection";
}

function failed(what: string, reason: string): AgentError {
	return new AgentError(`${what} failed: ${reason}`, {
		code: "E_NOT_NOTIFIED",
		exitCode: ExitCode.undeliverable,
		remedy: "retry",
		rows: { do: "mend what on_change names; it is tried again by itself" },
	});
}
