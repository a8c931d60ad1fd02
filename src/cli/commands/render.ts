import {
	type ChangeAction,
	noteLine,
	orderOf,
	ordersBeside,
	placesOf,
	type Rendering,
	renderUnits,
	timedOut,
	type Unit,
	withoutClashes,
} from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { AgentError, ExitCode, type Log } from "../../kernel/mod.ts";
import type { FileOrder } from "../../render/mod.ts";
import type { SecretStore } from "../../secrets/mod.ts";
import { variablesIn } from "../../template/mod.ts";
import { deliveryOf, surroundingsOf } from "../assemble.ts";
import { openStanding } from "../link/open-standing.ts";
import { vaultParts } from "../link/vault-parts.ts";
import { configFor, logFor, nothingToRender, runnable } from "../load.ts";
import { lookingOnly, refuseToUseUp } from "../link/looking-login.ts";
import { maskedDiff, maskedText } from "../masked.ts";
import type { CommonFlags } from "../common-flags.ts";
import { unitsOf } from "../units/units.ts";
import type { World } from "../world.ts";

export interface RenderFlags extends CommonFlags {
	readonly dryRun?: boolean;
	readonly diff?: boolean;
	readonly json?: boolean;
}

type Rendered = Extract<Rendering, { kind: "text" }>;

/** `agent render`: one pass, without a child. */
export async function render({ dryRun, diff, json, ...flags }: RenderFlags, world: World): Promise<number> {
	const config = runnable(await configFor(flags, world));
	if (config.templates.length + config.env.length + config.envFrom.length === 0)
		throw nothingToRender(config.origin);
	const log = await logFor(config, world);
	const { units } = await unitsOf(config, world);
	const isDry = dryRun === true || diff === true;
	if (isDry) refuseToUseUp(config);
	else refuseOpenPort(units);
	const delivery = deliveryOf(config, world);
	if (!isDry) await delivery.preflight(placesOf(units)); // before the login, which may use up a credential
	const standing = await openStanding({ config, units }, { world, log, delivery });
	const { links, store } = vaultParts(isDry ? lookingOnly(config) : config, {
		world,
		log,
		isOnePass: true,
		...(standing && { standing }),
	});
	try {
		const rendered = await renderWithin(config, { units, store, world, log });
		// Nobody is told of what this command writes, so no notice may stay behind.
		const orders = rendered
			.flatMap(({ unit, text, beside }) =>
				unit.kind === "file" ? [orderOf(unit, text), ...ordersBeside(unit, beside)] : [],
			)
			.map((order) => ({ ...order, isNotified: false }));
		for (const { notes } of rendered)
			for (const line of notes.map(noteLine)) log.write("warn", "template", line);
		const changed = new Set(
			isDry ? (await delivery.plan(orders)).map(({ path }) => path) : await delivery.deliver(orders),
		);
		const report = rendered.map((rendering) => reportOf(rendering, changed));
		if (json) world.stdout.write(`${JSON.stringify({ dry_run: isDry, units: report }, null, "\t")}\n`);
		else {
			const old = diff ? await readOld(orders, world) : undefined;
			for (const rendering of rendered) {
				world.stdout.write(describe(rendering, { changed, isDry, old }));
			}
		}
		return ExitCode.done;
	} finally {
		await links.end();
	}
}

/** A file with any port in it would be wrong for every child. */
function refuseOpenPort(units: readonly Unit[]): void {
	const unit = units.find(({ template }) => template.discover().ports.length > 0);
	if (unit === undefined) return;
	throw new AgentError(
		`${unit.name} holds the child's private port, which is chosen when a child is started`,
		{
			code: "E_TEMPLATE_PORT",
			exitCode: ExitCode.usage,
			rows: { do: "look at it with --dry-run or --diff; agent start and agent run write it" },
		},
	);
}

interface RenderParts {
	readonly units: readonly Unit[];
	readonly store: SecretStore;
	readonly world: World;
	readonly log: Log;
}

type Fault = Extract<Rendering, { kind: "error" }>;

/** Whoever mends templates wants to know of all of them at once; the first ends the command. */
function sayOthers(renderings: readonly Rendering[], { first, log }: { first: Fault; log: Log }): void {
	for (const rendering of renderings) {
		if (rendering.kind !== "error" || rendering === first) continue;
		const { unit, error } = rendering;
		const msg = `${unit.name}: ${error.message}`;
		log.write("warn", "render failed", { ...error.facts, ...error.rows, msg, code: error.code });
	}
}

/** Renders everything; what waiting can mend is waited for, within the config's timeout. */
async function renderWithin(
	config: Config,
	{ units, store, world, log }: RenderParts,
): Promise<readonly Rendered[]> {
	const stopping = new AbortController();
	const { clock } = world;
	const { timeoutMs = Number.POSITIVE_INFINITY } = config;
	const deadline = clock.now() + timeoutMs;
	const surroundings = surroundingsOf(config, world);
	try {
		for (;;) {
			const rendered = await renderUnits(units, { store, surroundings }, stopping.signal);
			const renderings = withoutClashes(rendered, []);
			const first = renderings
				.filter((rendering) => rendering.kind === "error")
				.find(({ unit }) => unit.required);
			if (first === undefined) return renderings.filter((rendering) => rendering.kind === "text");
			if (first.error.remedy !== "retry") {
				sayOthers(renderings, { first, log });
				throw first.error;
			}
			if (clock.now() >= deadline) {
				const words = `${first.unit.name}: ${first.error.message}`;
				throw timedOut(timeoutMs, { words, error: first.error });
			}
			await clock.sleep(Math.max(50, Math.min(store.untilDue(), deadline - clock.now())), stopping.signal);
			await store.ensure([], stopping.signal);
		}
	} finally {
		stopping.abort();
	}
}

function reportOf({ unit, beside }: Rendered, changed: ReadonlySet<string>) {
	if (unit.kind === "variable") return { kind: unit.kind, name: unit.name };
	const { destination, format, mode, onChange } = unit;
	const isChanged = changed.has(destination);
	return {
		kind: unit.kind,
		destination,
		format,
		mode: octal(mode),
		changed: isChanged,
		...(beside.length > 0 && {
			beside: beside.map((file) => ({
				destination: file.path,
				mode: octal(file.mode),
				changed: changed.has(file.path),
			})),
		}),
		on_change: onChange.length > 1 ? onChange.map(({ kind }) => kind) : (onChange[0]?.kind ?? "none"),
	};
}

async function readOld(orders: readonly FileOrder[], world: World): Promise<ReadonlyMap<string, string>> {
	const texts = await Promise.all(
		orders.map(async ({ path }) => [path, await world.readText(path).catch(() => "")] as const),
	);
	return new Map(texts);
}

interface Look {
	readonly changed: ReadonlySet<string>;
	readonly isDry: boolean;
	/** The files as they stand, when a diff is wanted. */
	readonly old: ReadonlyMap<string, string> | undefined;
}

function describe(rendering: Rendered, { changed, isDry, old }: Look): string {
	const { unit, text, pieces, beside } = rendering;
	if (unit.kind === "variable") {
		const masked = maskedText(pieces);
		const lines = unit.isSeveral ? [...variablesIn(masked)] : [[unit.name, masked]];
		return lines.map(([name, value]) => `env    ${name}=${value}\n`).join("");
	}
	const isChanged = changed.has(unit.destination);
	const verb = (path: string) => (changed.has(path) ? (isDry ? "would write" : "wrote") : "unchanged");
	const then =
		isChanged && isDry ? unit.onChange.map((action) => `, then ${turnOverWords(action)}`).join("") : "";
	const others = beside.map(
		({ path, mode }) => `${verb(path)}  ${path} (${octal(mode)}, by the template above)\n`,
	);
	const head = `${verb(unit.destination)}  ${unit.destination} (${octal(unit.mode)}, ${unit.format})${then}\n`;
	if (!isDry) return [head, ...others].join("");
	const masked = maskedText(pieces);
	const lines =
		old === undefined
			? masked.split("\n").map((line) => `    ${line}`)
			: maskedDiff(old.get(unit.destination) ?? "", { text, masked }).map(
					(line) => `  ${line.sign} ${line.text}`,
				);
	return `${head}${lines.join("\n")}\n${others.join("")}`;
}

function turnOverWords(action: ChangeAction): string {
	switch (action.kind) {
		case "restart":
			return "restart the child";
		case "rolling":
			return "hand over to a new child";
		case "signal":
			return `send ${action.signal} to the child`;
		case "command":
			return `run ${action.command[0] ?? ""}`;
		case "http":
			return `${action.method} ${action.url}`;
		default:
			return action satisfies never;
	}
}

function octal(mode: number): string {
	return mode.toString(8).padStart(4, "0");
}
