import { ExitCode } from "../kernel/mod.ts";

/** What each exit code means, as `--help` and docs/operations.md say it. */
export const EXIT_CODES: ReadonlyMap<number, string> = new Map([
	[ExitCode.done, "done"],
	[ExitCode.failed, "error in the running agent"],
	[ExitCode.usage, "wrong usage or config"],
	[ExitCode.loginRefused, "login refused"],
	[ExitCode.missing, "a secret, a field or a permission is missing"],
	[ExitCode.timeout, "timed out waiting for Vault"],
	[ExitCode.undeliverable, "cannot deliver"],
]);

/** The same for a program that runs another one. */
export const CHILD_CODE = "with a child: its own code, 128+n after signal n";

export function exitCodeHelp(): string {
	const lines = [...EXIT_CODES].map(([code, meaning]) => `  ${code}  ${meaning}`);
	return ["", "Exit codes:", ...lines, `  ${CHILD_CODE}`, ""].join("\n");
}
