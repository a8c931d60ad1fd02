import { resolve } from "node:path";
import { type ForeignFormat, loadImport, loadMapping } from "../../compat/mod.ts";
import { ConfigError, type ForeignSettings, loadConfig, refused } from "../../config/mod.ts";
import { AgentError, ExitCode } from "../../kernel/mod.ts";
import type { CommonFlags } from "../common-flags.ts";
import { configTexts } from "../foreign/config-texts.ts";
import { toldTexts } from "../foreign/told-texts.ts";
import { compareImport } from "../import/compare.ts";
import { writeFiles } from "../import/write-files.ts";
import type { World } from "../world.ts";

interface ImportFlags extends CommonFlags {
	readonly out?: string;
	readonly force?: boolean;
	readonly stdout?: boolean;
	readonly check?: boolean;
	readonly fixtures?: string;
}

/** `agent import`: another program's config as files of our own. */
export async function importConfig(
	[name]: readonly string[],
	{ out = ".", force = false, stdout, check, fixtures }: ImportFlags,
	world: World,
): Promise<number> {
	if (name === undefined) throw misused("no config is named", "agent import FILE");
	if (fixtures !== undefined && !check)
		throw misused("--fixtures is for --check", "add --check, or leave it out");
	const { foreign, env, isTemplated } = await foreignSettings(name, world);
	if (check && !isTemplated) {
		const advice = "look at what it gives with agent render --dry-run";
		throw misused("there is nothing to compare with: nobody but Bank-Vaults reads such references", advice);
	}
	if (foreign.problems.length > 0) throw refused(foreign.problems, foreign);
	const { CONFIG_NAME, nativeFiles } = await loadImport();
	const folder = resolve(world.cwd, out);
	const { readText, cwd } = world;
	const imported = await nativeFiles(foreign, { readText, cwd, folder });
	const file = resolve(folder, CONFIG_NAME);
	const texts = new Map([...imported.files].map(([path, text]) => [resolve(folder, path), text]));
	const readFile = async (path: string) => texts.get(path) ?? (await readText(path));
	const input = { readFile, flags: {}, cwd, isTerminal: world.stderr.isTerminal };
	// What is written is taken again: nobody should find out at the next start that it is not.
	const config = await loadConfig({ ...input, file, env: world.env, needsServer: false });
	if (check) {
		const original = await loadConfig({ ...input, foreign, env, needsServer: fixtures === undefined });
		return await compareImport({ original, imported: config, readFile }, fixtures, world);
	}
	if (stdout) {
		for (const [path, text] of imported.files) world.stdout.write(`# --- ${path}\n${text}`);
	} else {
		await writeFiles({ folder, files: imported.files, isForced: force }, world);
		for (const path of imported.files.keys()) world.stdout.write(`wrote  ${resolve(folder, path)}\n`);
	}
	for (const note of imported.notes) world.stderr.write(`note: ${note}\n`);
	return ExitCode.done;
}

function misused(message: string, advice: string): AgentError {
	return new AgentError(message, { code: "E_USAGE", exitCode: ExitCode.usage, rows: { do: advice } });
}

interface Said {
	readonly foreign: ForeignSettings;
	/** Variables as that program sees them. */
	readonly env: World["env"];
	/** It has templates that can be rendered here. */
	readonly isTemplated: boolean;
}

async function foreignSettings(name: string, world: World): Promise<Said> {
	const { hasReferences, referenceSettings } = await loadImport();
	const looked = await textsOf(name, world);
	const { env } = world;
	if (looked.texts.some(({ text }) => hasReferences(text))) {
		return { foreign: await referenceSettings(looked.texts), env, isTemplated: false };
	}
	const { format, texts } = await toldTexts(looked, name, world);
	if (format === "native") {
		throw new ConfigError([
			{
				place: name,
				message:
					"this is neither a config of Vault Agent, consul-template or envconsul, nor are there variables with vault:path#key",
			},
		]);
	}
	const { environment, translate } = await loadMapping(format);
	const theirs = environment(env);
	const foreign = translate(texts, { env: theirs });
	return { foreign, env: theirs, isTemplated: true };
}

/** Programs differ in which files of a folder they take: Vault Agent those of two names, the others all. */
async function textsOf(name: string, world: World) {
	const format = (dialect: ForeignFormat) => configTexts(name, dialect, world);
	try {
		return await format("vault-agent");
	} catch (error) {
		if (error instanceof ConfigError && error.cause === undefined) return await format("consul-template");
		throw error;
	}
}
