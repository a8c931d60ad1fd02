import type { CommandEnv, NoticePort } from "../../agent/mod.ts";
import { type Clock, errorCode, formatDuration, type Log, type Redactor } from "../../kernel/mod.ts";
import { notNotified } from "./not-notified.ts";

interface NoticeDeps {
	/** The whole environment of a command by its own rules, if it has any. */
	readonly environmentOf: (rules: CommandEnv | undefined) => Readonly<Record<string, string>>;
	readonly clock: Clock;
	readonly log: Log;
	readonly redactor: Redactor;
}

/** Real commands and calls, for `on_change: { command }` and `{ http }`. */
export function systemNotices({ environmentOf, ...world }: NoticeDeps): NoticePort {
	return {
		async run({ command, timeoutMs, env }, signal) {
			const { runCommand } = await import("./run-command.ts");
			await runCommand({ command, timeoutMs, env: environmentOf(env) }, world, signal);
		},
		async call({ url, method, timeoutMs }, signal) {
			const deadline = AbortSignal.timeout(timeoutMs);
			const status = await request({ url, method }, AbortSignal.any([signal, deadline])).catch(
				(error: unknown) => {
					signal.throwIfAborted();
					const late = `no answer within ${formatDuration(timeoutMs)}`;
					throw notNotified(
						`${method} ${url}`,
						deadline.aborted ? late : (errorCode(error) ?? "no connection"),
					);
				},
			);
			if (status < 200 || status > 299) throw notNotified(`${method} ${url}`, `status ${status}`);
		},
	};
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
