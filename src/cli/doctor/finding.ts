import { AgentError, ExitCode } from "../../kernel/mod.ts";

/** What one check has found. */
export interface Finding {
	/** Stable word for programs: `config`, `address`, `login`, … */
	readonly check: string;
	/** `left out`: not looked at, for the reason that is said. */
	readonly result: "ok" | "warning" | "failure" | "left out";
	readonly says: string;
	/** What to do about it. */
	readonly remedy?: string;
	/** With what the agent would end; of a failure. */
	readonly exitCode?: number;
}

export const ok = (check: string, says: string): Finding => ({ check, result: "ok", says });

export const leftOut = (check: string, says: string): Finding => ({ check, result: "left out", says });

export const warning = (check: string, says: string, remedy: string): Finding => ({
	check,
	result: "warning",
	says,
	remedy,
});

/** A failure as the agent itself would say it. */
export function failure(check: string, error: AgentError): Finding {
	const { do: remedy } = error.rows;
	return {
		check,
		result: "failure",
		says: error.message,
		...(remedy !== undefined && { remedy }),
		exitCode: error.exitCode,
	};
}

/** Runs a check whose error is its finding. */
export async function tried(
	check: string,
	look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
	try {
		return await look();
	} catch (error) {
		if (error instanceof AgentError) return [failure(check, error)];
		throw error;
	}
}

/** @returns that of the first failure in the order of a start, which is what the agent would end with */
export function exitCodeOf(findings: readonly Finding[]): number {
	return findings.find(({ result }) => result === "failure")?.exitCode ?? ExitCode.done;
}
