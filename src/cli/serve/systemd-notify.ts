import { execFile } from "node:child_process";

/** A service manager that is slow to listen must not hold the end of the program up. */
const PATIENCE_MS = 2000;

/**
 * Runs `systemd-notify` (systemd-notify(1)), which is given nothing of the environment but what it needs.
 *
 * @returns what went wrong, in a word; never rejects
 */
export async function systemdNotify(
	words: readonly string[],
	{ NOTIFY_SOCKET, PATH }: NodeJS.ProcessEnv,
): Promise<string | undefined> {
	const options = { timeout: PATIENCE_MS, env: { NOTIFY_SOCKET, PATH } };
	return await new Promise((resolve) => {
		execFile("systemd-notify", [...words], options, (error) => {
			resolve(error === null ? undefined : String(error.code ?? "it did not end in time"));
		});
	});
}
