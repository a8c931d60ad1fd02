import { AgentError, ExitCode } from "../kernel/mod.ts";

/** One thing that is wrong with the configuration. */
export interface Problem {
	/** `agent.yaml:14:3`, `--env`, `VAULT_SKIP_VERIFY`: where a person has to look; empty when nowhere. */
	readonly place: string;
	/** What is wrong and what to do; never a value that was read. */
	readonly message: string;
}

/** Thrown when the configuration cannot be used. Names every problem that was found, one line each. */
export class ConfigError extends AgentError {
	readonly problems: readonly Problem[];

	/** @param problems at least one; the same sentence about the same place is said once */
	constructor(problems: readonly Problem[], cause?: unknown) {
		const lines = new Map(problems.toSorted(byPlace).map((problem) => [sentence(problem), problem]));
		super([...lines.keys()].join("\n"), { code: "E_CONFIG", exitCode: ExitCode.usage, cause });
		this.problems = [...lines.values()];
	}
}

function sentence({ place, message }: Problem): string {
	return place === "" ? message : `${place}: ${message}`;
}

/** In the order of the file; what stands in no line of it comes after, in the order in which it was found. */
function byPlace(a: Problem, b: Problem): number {
	const [lineA, columnA] = position(a);
	const [lineB, columnB] = position(b);
	return lineA === lineB ? columnA - columnB : lineA - lineB;
}

function position({ place }: Problem): [line: number, column: number] {
	const [, line, column] = /:(\d+):(\d+)$/.exec(place) ?? [];
	const last = Number.MAX_SAFE_INTEGER;
	return [Number(line ?? last), Number(column ?? last)];
}
