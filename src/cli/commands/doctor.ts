import type { Unit } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { AgentError } from "../../kernel/mod.ts";
import { openLink } from "../link/open-link.ts";
import type { CommonFlags } from "../common-flags.ts";
import { counted } from "../counted.ts";
import { credentialChecks, destinationChecks } from "../doctor/file-checks.ts";
import { exitCodeOf, failure, type Finding, leftOut, ok, tried, warning } from "../doctor/finding.ts";
import type { Machine } from "../doctor/machine.ts";
import { childChecks, listenerCheck, processChecks, publicAddressCheck } from "../doctor/process-checks.ts";
import { readyCheck } from "../doctor/ready-check.ts";
import { secretChecks } from "../doctor/secret-checks.ts";
import { addressChecks, healthChecks, loginChecks, unsaid } from "../doctor/server-checks.ts";
import { configFor } from "../load.ts";
import { lookingOnly } from "../link/looking-login.ts";
import { SecretGuard } from "../link/secret-guard.ts";
import { unitsOf } from "../units/units.ts";
import { lookThrough } from "../validate/online-report.ts";
import { isRunning, lookAtPublicAddress } from "../validate/public-address.ts";
import type { World } from "../world.ts";

export interface DoctorFlags extends CommonFlags {
	readonly online?: boolean;
	readonly json?: boolean;
}

/** `agent doctor`: everything that a start needs, looked at in the order in which a start needs it. */
export async function doctor({ online, json, ...flags }: DoctorFlags, world: World): Promise<number> {
	const machine = await world.loadMachine();
	const findings: Finding[] = [];
	const print = json ? () => undefined : (finding: Finding) => world.stdout.write(words(finding, world));
	const add = (found: readonly Finding[]) => {
		findings.push(...found);
		for (const finding of found) print(finding);
	};
	add(await processChecks(world, machine));
	const config = await configOr(flags, world, add);
	if (config !== undefined) await lookAt(config, { world, machine, add, isForced: online === true });
	const exit = exitCodeOf(findings);
	if (json) {
		const checks = findings.map(({ check, result, says, remedy }) => ({
			check,
			result,
			message: says,
			...(remedy !== undefined && { do: remedy }),
		}));
		world.stdout.write(
			world.redactor.clean(`${JSON.stringify({ ok: exit === 0, exit, checks }, null, "\t")}\n`),
		);
	} else world.stdout.write(summary(findings));
	return exit;
}

type Add = (found: readonly Finding[]) => void;

async function configOr(flags: CommonFlags, world: World, add: Add): Promise<Config | undefined> {
	try {
		const config = await configFor(flags, world, false);
		const warnings = config.warnings.map((text) => warning("config", text, "see docs/configuration.md"));
		add([ok("config", `${config.origin} is valid`), ...warnings]);
		return config;
	} catch (error) {
		if (!(error instanceof AgentError)) throw error;
		add([failure("config", error), leftOut("everything else", "it follows from the config")]);
		return undefined;
	}
}

interface Surroundings {
	readonly world: World;
	readonly machine: Machine;
	readonly add: Add;
	readonly isForced: boolean;
}

async function lookAt(config: Config, surroundings: Surroundings): Promise<void> {
	const { world, machine, add } = surroundings;
	let units: readonly Unit[] = [];
	add(
		await tried("templates", async () => {
			({ units } = await unitsOf(config, world));
			return [ok("templates", `${units.length} to render, all can be read`)];
		}),
	);
	add(await credentialChecks(config, world, machine));
	add(await addressChecks(config, world, machine));
	add(await tried("login", async () => await askVault(config, units, surroundings)));
	add(await destinationChecks(config, units, { world, machine }));
	add(await childChecks(config, world, machine));
	const isOurs = async () => await isRunning(config, world);
	add(await listenerCheck(config, machine, isOurs));
	add(publicAddressCheck(await lookAtPublicAddress(config, world)));
	add(await readyCheck(config, { world, machine, isRunning: isOurs }));
}

async function askVault(
	config: Config,
	units: readonly Unit[],
	{ world, isForced }: Surroundings,
): Promise<readonly Finding[]> {
	const { auth } = config;
	if (auth === undefined) {
		const remedy = "set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or write auto_auth";
		return [unsaid("login", "nothing says how to log in to Vault", remedy)];
	}
	if (config.vault.addresses.length === 0) return [leftOut("login", "no Vault address is known")];
	// What a log would say is in the findings.
	const log = { write: () => undefined };
	const guard = new SecretGuard(world.redactor);
	const link = openLink(lookingOnly(config), { world, log, guard });
	try {
		const health = await healthChecks(link, world);
		if (health.some(({ result }) => result === "failure"))
			return [...health, leftOut("login", "Vault cannot serve it now")];
		const login = await loginChecks({ link, auth, isForced });
		const isIn = login.some(({ check, result }) => check === "login" && result === "ok");
		const look = async () => await lookThrough(link, units, { config, world, guard });
		return [...health, ...login, ...(isIn ? await secretChecks(look) : [])];
	} finally {
		await link.end();
	}
}

const SIGNS = { ok: "✔", warning: "!", failure: "✖", "left out": "·" } as const;

const COLORS = { ok: 32, warning: 33, failure: 31, "left out": 2 } as const;

function words({ check, result, says, remedy }: Finding, { stdout, redactor }: World): string {
	const sign = stdout.hasColor ? `\u001B[${COLORS[result]}m${SIGNS[result]}\u001B[0m` : SIGNS[result];
	const advice = remedy === undefined ? "" : `${" ".repeat(18)}do  ${remedy}\n`;
	return redactor.clean(`  ${sign} ${check.padEnd(14)} ${says}\n${advice}`);
}

function summary(findings: readonly Finding[]): string {
	const count = (result: Finding["result"]) => findings.filter((one) => one.result === result).length;
	const [failures, warnings] = [count("failure"), count("warning")];
	return `\n  ${counted(failures, "failure")}, ${counted(warnings, "warning")}, ${count("ok")} in order\n`;
}
