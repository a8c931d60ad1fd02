import { type FlagSaid, type ForeignFormat, loadMapping } from "../../compat/mod.ts";
import { type Config, ConfigError, type Flags, type ForeignSettings, loadConfig } from "../../config/mod.ts";
import type { World } from "../world.ts";
import { configTexts, type NamedTexts } from "./config-texts.ts";

/** A config of another program, and what stands beside it on its command line. */
export interface ForeignRequest {
	readonly dialect: ForeignFormat;
	/** Files and folders, in the order in which they were named. */
	readonly paths: readonly string[];
	/** What flags say, in keys of that program; put over the files. */
	readonly said?: readonly FlagSaid[];
	/** What that program drops silently is refused. */
	readonly isStrict?: boolean;
	/** Values of its templates are escaped for the format of the file. */
	readonly isEscaped?: boolean;
	readonly flags: Flags;
	/** Default true. */
	readonly needsServer?: boolean;
}

/** Reads and translates a config, and checks it like one of our own. @throws AgentError */
export async function foreignConfig({ paths, ...request }: ForeignRequest, world: World): Promise<Config> {
	const ours = paths.filter((path) => /\.ya?ml$/i.test(path));
	if (ours.length > 0) throw new ConfigError(ours.map((place) => ({ place, message: OURS })));
	const named: NamedTexts[] = [];
	for (const path of paths) named.push(await configTexts(path, request.dialect, world));
	return await configOfTexts(named, request, world);
}

const OURS = "this is a config of keyturn's own; agent start -c takes it";

/** The same for what has been read already. */
export async function configOfTexts(
	named: readonly NamedTexts[],
	request: Omit<ForeignRequest, "paths">,
	world: World,
): Promise<Config> {
	const { dialect, said = [], isStrict = false, isEscaped = false, flags, needsServer = true } = request;
	const { environment, translate } = await loadMapping(dialect);
	const env = environment(world.env);
	const texts = named.flatMap((one) => one.texts);
	const flagTexts = said.map(({ name, settings }) => {
		return { name, path: "", text: JSON.stringify(settings), isFlag: true } as const;
	});
	const foreign = translate([...texts, ...flagTexts], { env, strict: isStrict, isEscaped });
	return await loadConfig({
		foreign: { ...foreign, files: watched(foreign, named) },
		readFile: (path) => world.readText(path),
		env,
		flags,
		cwd: world.cwd,
		isTerminal: world.stderr.isTerminal,
		needsServer,
	});
}

/** Folders as well, in which a file may come or go. */
function watched({ files }: ForeignSettings, named: readonly NamedTexts[]): readonly string[] {
	const folders = named.flatMap(({ folder }) => folder ?? []);
	return [...files, ...folders];
}
