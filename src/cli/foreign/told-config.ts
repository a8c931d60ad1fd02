import { type Config, ConfigError } from "../../config/mod.ts";
import type { World } from "../world.ts";
import { configTexts, type NamedTexts } from "./config-texts.ts";
import { configOfTexts, type ForeignRequest } from "./foreign-config.ts";
import { toldTexts } from "./told-texts.ts";

/** What a config turns out to be that may be anybody's. */
type Told =
	| { readonly kind: "foreign"; readonly config: Config }
	/** Ours. It has been read, and a pipe is read once. */
	| { readonly kind: "native"; readonly readFile: (path: string) => Promise<string> };

/** Tells by its content whose config it is, and reads it where it is not one of our own. @throws AgentError */
export async function toldConfig(
	file: string,
	request: Pick<ForeignRequest, "flags" | "isStrict" | "needsServer">,
	world: World,
): Promise<Told> {
	const looked = await look(file, world);
	// Who reads our own says what is wrong with a file that cannot be read.
	if ("failure" in looked) return { kind: "native", readFile: () => Promise.reject(looked.failure) };
	const { format, ...named } = await toldTexts(looked, file, world);
	if (format === "native") {
		const [first] = named.texts;
		if (first === undefined || named.folder !== undefined) throw notForFolders(file);
		return { kind: "native", readFile: () => Promise.resolve(first.text) };
	}
	return { kind: "foreign", config: await configOfTexts([named], { ...request, dialect: format }, world) };
}

async function look(file: string, world: World): Promise<NamedTexts | { readonly failure: Error }> {
	try {
		return await configTexts(file, "vault-agent", world);
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		// Without a cause there is a folder, and nothing in it that could be meant.
		return { failure: (error.cause as Error | undefined) ?? Object.assign(new Error(), { code: "EISDIR" }) };
	}
}

function notForFolders(place: string): ConfigError {
	return new ConfigError([{ place, message: "this is a folder; name the config file in it" }]);
}
