import type { Unit } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { AccessSurvey, requestKey, SecretReader } from "../../secrets/mod.ts";
import { policyFor } from "../../vault/mod.ts";
import { surroundingsOf } from "../assemble.ts";
import { openLink } from "../link/open-link.ts";
import { logFor } from "../load.ts";
import { lookingOnly, refuseToUseUp } from "../link/looking-login.ts";
import { SecretGuard } from "../link/secret-guard.ts";
import type { VaultLink } from "../link/vault-links.ts";
import type { World } from "../world.ts";
import { checkOnline, type Looked, nameOf, type OnlineFindings } from "./online-check.ts";

/** Logs in and looks at what the units need, without leaving a trace in files or a token behind. */
export async function findOnline(
	config: Config,
	units: readonly Unit[],
	world: World,
): Promise<OnlineFindings> {
	refuseToUseUp(config);
	const guard = new SecretGuard(world.redactor);
	const log = await logFor(config, world);
	const link = openLink(lookingOnly(config), { world, log, guard });
	try {
		await link.session.token(new AbortController().signal);
		return await lookThrough(link, units, { config, world, guard });
	} finally {
		await link.end();
	}
}

interface Onlooker {
	readonly config: Config;
	readonly world: World;
	readonly guard: SecretGuard;
}

/** Looks at what the units need through a link that has logged in. */
export async function lookThrough(
	{ client, session }: Pick<VaultLink, "client" | "session">,
	units: readonly Unit[],
	{ config, world, guard }: Onlooker,
): Promise<OnlineFindings> {
	const { signal } = new AbortController();
	const survey = new AccessSurvey(async (call) =>
		client.send({ ...call, token: await session.token(signal) }, signal),
	);
	const reader = new SecretReader({ client, tokens: session, clock: world.clock });
	const found = await checkOnline(
		units,
		{
			survey,
			read: async (request) => {
				const finding = await reader.read(request, signal);
				guard.found(requestKey(request), finding);
				return finding;
			},
			surroundings: surroundingsOf(config, world),
		},
		signal,
	);
	// Vault's audit log shows them as well, and a policy without its path would be none.
	world.redactor.expose(found.looked.map(({ access }) => access.path));
	return found;
}

/** What was found, for a program. */
export function onlineJson({ looked, problems, notes }: OnlineFindings) {
	return {
		reads: looked.map(({ request, access, outcome, usedBy }) => ({
			path: access.path,
			kind: request.parameters === undefined ? request.kind : "write",
			usedBy,
			needs: access.capability,
			...(access.capabilities && { capabilities: access.capabilities }),
			outcome: outcomeWord(outcome),
			...(outcome.kind === "left alone" && { why: LEFT_ALONE }),
			...(outcome.kind === "failed" && { code: outcome.error.code, message: outcome.error.message }),
			...versionOf(outcome),
		})),
		problems: problems.map(({ unit, error: { code, message, rows } }) => ({
			unit: nameOf(unit),
			required: unit.required,
			code,
			message,
			...rows,
		})),
		notes,
		policy: policyLines(looked),
		lacking: policyLines(looked.filter(({ outcome }) => outcome.kind === "denied")),
	};
}

const LEFT_ALONE = "not read: it would issue a credential";

/** What was found, for a person. */
export function onlineText({ looked, problems, notes }: OnlineFindings): string[] {
	const lacking = policyLines(looked.filter(({ outcome }) => outcome.kind === "denied"));
	return [
		...looked.map(lookedLine),
		...problems.map(({ unit, error }) => `error    ${nameOf(unit)}: ${error.message}`),
		...notes.map((note) => `warning  ${note}`),
		"",
		"# the least policy",
		...policyLines(looked),
		...(lacking.length > 0 ? ["", "# of it the token's policies lack", ...lacking] : []),
	];
}

/** The error that ends the command, when something is missing that the start would wait for. */
export function onlineFailure({ looked, problems }: OnlineFindings): AgentError | undefined {
	const denied = looked.filter(({ outcome, isRequired }) => outcome.kind === "denied" && isRequired);
	if (denied.length > 0) {
		const paths = denied.length === 1 ? denied[0]?.access.path : `${denied.length} of ${looked.length} paths`;
		return new AgentError(`the token's policies do not allow ${paths}`, {
			code: "E_PERMISSION_DENIED",
			exitCode: ExitCode.missing,
			rows: { do: `give them:  ${policyLines(denied).join("  ")}` },
		});
	}
	return problems.find(({ unit }) => unit.required)?.error;
}

function lookedLine({ access, outcome, usedBy }: Looked): string {
	const word = outcomeWord(outcome);
	const had = access.capabilities?.join(", ") ?? "not told";
	const details = {
		read: "",
		absent: "",
		failed: outcome.kind === "failed" ? `; ${outcome.error.message}` : "",
		missing: `; needs ${access.capability}`,
		"left alone": `; ${LEFT_ALONE}`,
	}[word];
	return `${word.padEnd(10)} ${access.path}   (${usedBy.join(", ")})   capabilities ${had}${details}`;
}

function outcomeWord(outcome: Looked["outcome"]) {
	switch (outcome.kind) {
		case "read":
			return outcome.finding.kind === "present" ? "read" : "absent";
		case "denied":
			return "missing";
		case "failed":
		case "left alone":
			return outcome.kind;
		default:
			return outcome satisfies never;
	}
}

function versionOf(outcome: Looked["outcome"]): { version?: number } {
	if (outcome.kind !== "read" || outcome.finding.kind !== "present") return {};
	const { version } = outcome.finding.view;
	return version === undefined ? {} : { version };
}

/** What has to stand in a policy, each line once. */
export function policyLines(looked: readonly Looked[]): string[] {
	const methods = { read: "GET", list: "LIST", update: "POST" };
	return [
		...new Set(
			looked.map(({ access }) => policyFor({ path: access.path, method: methods[access.capability] })),
		),
	];
}
