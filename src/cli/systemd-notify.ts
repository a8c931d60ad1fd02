import { execFile } from "node:child_process";

/** A service manager that is slow to listen must not hold the end of the program up. */
const PATIENCE_MS = 2000;

/**
 * Runs `systemd-notify` (systemd-notify(1)).
 *
 * @returns what went wrong, in a word; never rejects
 */
export async function systemdNotify(words: readonly string[]): Promise<string | undefined> {
	return await new Promise((resolve) => {
		execFile("systemd-notify", [...words], { timeout: PATIENCE_MS }, (error) => {
			resolve(error === null ? undefined : String(error.code ?? "it did not end in time"));
		});
	});
}
