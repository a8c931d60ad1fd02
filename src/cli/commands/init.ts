import { dirname, join } from "node:path";
import { AgentError, errorCode, ExitCode } from "../../kernel/mod.ts";
import type { CommonFlags } from "../common-flags.ts";
import type { World } from "../world.ts";

export interface InitFlags extends CommonFlags {
	readonly for?: string;
	readonly stdout?: boolean;
}

const CONFIG = "agent.yaml";

/** The line of a first config that names its template. */
const SOURCE = /^(?<indent> *- )source: (?<source>\S+)$/m;

/** `agent init`: a first config and its template, from those that come with the package. */
export async function init({ for: gateway = "openai", stdout }: InitFlags, world: World): Promise<number> {
	const config = world.readPackageFile(`templates/init/${gateway}.yaml`);
	const source = SOURCE.exec(config)?.groups?.["source"];
	if (source === undefined) throw new RangeError(`The config for ${gateway} names no template`);
	const template = world.readPackageFile(source);
	if (stdout) {
		world.stdout.write(withContents(config, template));
		return ExitCode.done;
	}
	const files = [
		[CONFIG, config],
		[source, template],
	] as const;
	await refuseExisting(
		files.map(([name]) => name),
		world,
	);
	for (const [name, text] of files) await write(name, text, world);
	world.stdout.write(nextSteps(files.map(([name]) => name)));
	return ExitCode.done;
}

/** One file that stands alone: the template in place of its name. */
function withContents(config: string, template: string): string {
	return config.replace(SOURCE, (_line, indent: string) => {
		const inner = " ".repeat(indent.length + 2);
		const lines = template.trimEnd().split("\n");
		return [`${indent}contents: |`, ...lines.map((line) => (line === "" ? "" : inner + line))].join("\n");
	});
}

/** All are looked at before the first is written, so that nothing is left half done. */
async function refuseExisting(names: readonly string[], world: World): Promise<void> {
	const found = await Promise.all(
		names.map((name) =>
			world.fs.lstat(join(world.cwd, name)).then(
				() => [name],
				() => [],
			),
		),
	);
	const existing = found.flat();
	if (existing.length === 0) return;
	throw new AgentError(`${existing.join(" and ")} ${existing.length === 1 ? "is" : "are"} already there`, {
		code: "E_FILE_EXISTS",
		exitCode: ExitCode.usage,
		rows: { at: world.cwd, do: "go to another folder, or look at what it would write with --stdout" },
	});
}

async function write(name: string, text: string, world: World): Promise<void> {
	const path = join(world.cwd, name);
	try {
		await world.fs.mkdir(dirname(path), { recursive: true });
		await using file = await world.fs.open(path, "wx", 0o644); // "x": not even what has come since it was looked for
		await file.writeFile(text);
	} catch (error) {
		const code = errorCode(error) ?? "unwritable";
		throw new AgentError(`cannot write ${name} (${code})`, {
			code: "E_INIT",
			exitCode: ExitCode.undeliverable,
			rows: { at: world.cwd, do: "go to a folder that this user may write in" },
			cause: error,
		});
	}
}

function nextSteps(names: readonly string[]): string {
	return [
		...names.map((name) => `wrote  ${name}`),
		"",
		"next:",
		`  1. name Vault and a login in ${CONFIG}, or by VAULT_ADDR and VAULT_TOKEN (a server to try with: agent dev)`,
		`  2. agent validate -c ${CONFIG}             the paths that it reads, and the policy for them`,
		`  3. agent render -c ${CONFIG} --dry-run     what would be written, values masked`,
		`  4. agent start -c ${CONFIG}`,
		"",
	].join("\n");
}
