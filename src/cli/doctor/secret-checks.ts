import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { type Looked, nameOf, type OnlineFindings } from "../validate/online-check.ts";
import { policyLines } from "../validate/online-report.ts";
import { failure, type Finding, leftOut, ok, tried } from "./finding.ts";

/** Whether the token may read what the templates ask for, and whether they can be made of what is there. */
export async function secretChecks(look: () => Promise<OnlineFindings>): Promise<readonly Finding[]> {
	return await tried("secrets", async () => {
		const { looked, problems } = await look();
		if (looked.length === 0) return [leftOut("secrets", "the config asks for none")];
		const found = problems.map(({ unit, error }) =>
			mild({ ...failure("secrets", error), says: `${nameOf(unit)}: ${error.message}` }, unit.required),
		);
		const read = looked.filter(({ outcome }) => outcome.kind === "read").length;
		const rest = read < looked.length ? ", the others are made when an agent asks" : "";
		return [
			...policyCheck(looked),
			...(found.length > 0 ? found : [ok("secrets", `${read} of ${looked.length} read${rest}`)]),
		];
	});
}

function policyCheck(looked: readonly Looked[]): readonly Finding[] {
	const denied = looked.filter(({ outcome }) => outcome.kind === "denied");
	if (denied.length === 0) return [ok("policies", "they allow every path that the templates ask for")];
	const paths = denied.map(({ access }) => access.path).join(", ");
	const error = new AgentError(`the token's policies do not allow ${paths}`, {
		code: "E_PERMISSION_DENIED",
		exitCode: ExitCode.missing,
		rows: { do: `give them:  ${policyLines(denied).join("  ")}` },
	});
	return [
		mild(
			failure("policies", error),
			denied.some(({ isRequired }) => isRequired),
		),
	];
}

/** What no start waits for is a warning. */
function mild(finding: Finding, isRequired: boolean): Finding {
	if (isRequired) return finding;
	const { exitCode: _none, ...rest } = finding;
	return { ...rest, result: "warning" };
}
