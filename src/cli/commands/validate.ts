import type { Unit } from "../../agent/mod.ts";
import { type Config, loadNormalForm } from "../../config/mod.ts";
import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { policyFor } from "../../vault/mod.ts";
import { configFor, hasSinks, nothingToRender } from "../load.ts";
import type { CommonFlags } from "../common-flags.ts";
import { fileLines, filesOf, localWarnings } from "../validate/local-warnings.ts";
import { nameOf } from "../validate/online-check.ts";
import { unitsOf } from "../units/units.ts";
import type { World } from "../world.ts";

interface Read {
	readonly path: string;
	readonly kind: keyof typeof METHODS;
	/** Templates and variables that ask for it. */
	readonly usedBy: readonly string[];
}

export interface ValidateFlags extends CommonFlags {
	readonly json?: boolean;
	readonly online?: boolean;
	/** Keys that another program drops silently are refused. */
	readonly strict?: boolean;
}

/** `agent validate`: config and templates, and with `--online` what Vault says of their paths. */
export async function validate({ json, online, ...flags }: ValidateFlags, world: World): Promise<number> {
	const load = async () => await configFor(flags, world, online === true);
	return await validateConfig(load, { ...(json && { json }), ...(online && { online }) }, world);
}

/** The same for a config wherever it comes from. */
export async function validateConfig(
	load: () => Promise<Config>,
	{ json, online }: Pick<ValidateFlags, "json" | "online">,
	world: World,
): Promise<number> {
	const report = await check(load, online === true, world).catch((error: unknown) => {
		if (json && error instanceof AgentError) {
			const { code, message, rows } = error;
			print({ valid: false, code, message, ...rows }, world);
		}
		throw error;
	});
	if (json) print(report.json, world);
	else world.stdout.write(`${report.lines.join("\n")}\n`);
	if (report.failure !== undefined) throw report.failure;
	return ExitCode.done;
}

function print(result: object, world: World): void {
	world.stdout.write(world.redactor.clean(`${JSON.stringify(result, null, "\t")}\n`));
}

interface Report {
	readonly json: object;
	readonly lines: readonly string[];
	readonly failure?: AgentError;
}

async function check(load: () => Promise<Config>, isOnline: boolean, world: World): Promise<Report> {
	const config = await load();
	const { units } = await unitsOf(config, world);
	// What `agent start` would refuse: most likely the file was not named.
	if (units.length === 0 && config.exec === undefined && !hasSinks(config))
		throw nothingToRender(config.origin);
	const warnings = [
		...config.unsupported.map(
			({ place, message }) => `${place}: ${message}; an agent does not start with it`,
		),
		...config.warnings,
		...(await localWarnings(config, units, world)),
		...(await publicAddressWarnings(config, world)),
	];
	const { normalForm } = await loadNormalForm();
	const known = { ...config, warnings };
	const report = isOnline ? await onlineReport(known, units, world) : offlineReport(known, units);
	return { ...report, json: { ...report.json, normal_form: normalForm(config) } };
}

/** @throws AgentError `E_CONFIG` for a public address that somebody else has: the start would end with it */
async function publicAddressWarnings(config: Config, world: World): Promise<readonly string[]> {
	const { exec, origin } = config;
	if (exec?.rolling === undefined) return [];
	const { addressWarning, lookAtPublicAddress, takenAddress } = await import("../validate/public-address.ts");
	const found = await lookAtPublicAddress(config, world);
	if (found === undefined) return [];
	if (found.state === "taken") throw takenAddress(found, origin);
	return [addressWarning(found) ?? []].flat();
}

async function onlineReport(config: Config, units: readonly Unit[], world: World): Promise<Report> {
	const { findOnline, onlineFailure, onlineJson, onlineText } = await import("../validate/online-report.ts");
	const found = await findOnline(config, units, world);
	const failure = onlineFailure(found);
	const isValid = failure === undefined;
	const { origin, warnings } = config;
	const verdict = isValid ? "is valid" : "cannot be served as it is";
	return {
		json: { valid: isValid, config: origin, warnings, ...onlineJson(found) },
		lines: [
			`${origin} ${verdict}: ${units.length} to render, ${found.looked.length} to read`,
			...warnings.map((warning) => `warning  ${warning}`),
			...onlineText(found).map((line) => world.redactor.clean(line)),
		],
		...(failure && { failure }),
	};
}

/** How each kind is asked for, which decides what the policy has to allow. */
const METHODS = { read: "GET", list: "LIST", write: "POST" } as const;

function offlineReport(config: Config, units: readonly Unit[]): Report {
	const reads = readsOf(units);
	const computed = units.flatMap((unit) => unit.template.discover().computed);
	const policy = reads.map(({ path, kind }) => policyFor({ path, method: METHODS[kind] }));
	const places = computed.map(({ file, line, column }) => ({ file, line, column }));
	const { origin, warnings } = config;
	return {
		json: {
			valid: true,
			config: origin,
			warnings,
			files: filesOf(units),
			reads,
			computed: places,
			policy,
		},
		lines: [
			`${origin} is valid: ${units.length} to render, ${reads.length} to read`,
			...warnings.map((warning) => `warning  ${warning}`),
			...fileLines(units),
			...reads.map(({ path, kind, usedBy }) => `${kind.padEnd(8)} ${path}   (${usedBy.join(", ")})`),
			...computed.map(
				({ file, line, column }) => `computed ${file}:${line}:${column}   known only when it is rendered`,
			),
			...policyLines(policy, reads),
		],
	};
}

function policyLines(policy: readonly string[], reads: readonly Read[]): string[] {
	if (policy.length === 0) return [];
	const isShort = reads.some(
		({ path }) =>
			!path
				.split("/")
				.slice(1, -1)
				.some((part) => /^(data|metadata)$/.test(part)),
	);
	const hint = isShort
		? ["", "# a path on a KV v2 mount gets data/ (lists: metadata/) after the mount here"]
		: [];
	return ["", "# the least policy", ...policy, ...hint];
}

function readsOf(units: readonly Unit[]): readonly Read[] {
	const reads = new Map<string, Omit<Read, "usedBy"> & { usedBy: Set<string> }>();
	for (const unit of units) {
		for (const { path, parameters, ...request } of unit.template.discover().requests) {
			const kind = parameters === undefined ? request.kind : "write";
			const read = reads.get(`${kind} ${path}`) ?? { path, kind, usedBy: new Set() };
			read.usedBy.add(nameOf(unit));
			reads.set(`${kind} ${path}`, read);
		}
	}
	return [...reads.values()].map((read) => ({ ...read, usedBy: [...read.usedBy] }));
}
