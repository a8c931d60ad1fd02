import type { Unit } from "../../agent/mod.ts";
import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { policyFor } from "../../vault/mod.ts";
import { configFor } from "../load.ts";
import type { CommonFlags } from "../common-flags.ts";
import { unitsOf } from "../units.ts";
import type { World } from "../world.ts";

interface Read {
	readonly path: string;
	readonly kind: "read" | "list";
	/** Templates and variables that ask for it. */
	readonly usedBy: readonly string[];
}

export interface ValidateFlags extends CommonFlags {
	readonly json?: boolean;
}

/** `agent validate`: config and templates, without a server. */
export async function validate(flags: ValidateFlags, world: World): Promise<number> {
	try {
		return await check(flags, world);
	} catch (error) {
		if (flags.json && error instanceof AgentError) {
			const { code, message, rows } = error;
			world.stdout.write(`${JSON.stringify({ valid: false, code, message, ...rows }, null, "\t")}\n`);
		}
		throw error;
	}
}

async function check(flags: ValidateFlags, world: World): Promise<number> {
	const config = await configFor(flags, world, false);
	const units = await unitsOf(config, (path) => world.fs.readFile(path, "utf8"));
	const reads = readsOf(units);
	const computed = units.flatMap((unit) => unit.template.discover().computed);
	const policy = reads.map(({ path, kind }) => policyFor({ path, method: kind === "list" ? "LIST" : "GET" }));
	if (flags.json) {
		const places = computed.map(({ file, line, column }) => ({ file, line, column }));
		const result = {
			valid: true,
			config: config.origin,
			warnings: config.warnings,
			reads,
			computed: places,
			policy,
		};
		world.stdout.write(`${JSON.stringify(result, null, "\t")}\n`);
		return ExitCode.done;
	}
	const lines = [
		`${config.origin} is valid: ${units.length} to render, ${reads.length} to read`,
		...config.warnings.map((warning) => `warning  ${warning}`),
		...reads.map(({ path, kind, usedBy }) => `${kind.padEnd(8)} ${path}   (${usedBy.join(", ")})`),
		...computed.map(
			({ file, line, column }) => `computed ${file}:${line}:${column}   known only when it is rendered`,
		),
		...policyLines(policy, reads),
	];
	world.stdout.write(`${lines.join("\n")}\n`);
	return ExitCode.done;
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
	const reads = new Map<string, { path: string; kind: "read" | "list"; usedBy: Set<string> }>();
	for (const unit of units) {
		for (const { path, kind } of unit.template.discover().requests) {
			const read = reads.get(`${kind} ${path}`) ?? { path, kind, usedBy: new Set() };
			read.usedBy.add(unit.kind === "file" ? unit.source : `env.${unit.name}`);
			reads.set(`${kind} ${path}`, read);
		}
	}
	return [...reads.values()].map((read) => ({ ...read, usedBy: [...read.usedBy] }));
}
