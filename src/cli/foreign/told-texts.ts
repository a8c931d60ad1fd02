import { type ConfigFormat, loadTelling } from "../../compat/mod.ts";
import type { World } from "../world.ts";
import { configTexts, type NamedTexts } from "./config-texts.ts";

/** A config, and whose it is. */
interface ToldTexts extends NamedTexts {
	readonly format: ConfigFormat;
}

/**
 * Tells by their content whose config some texts are. Programs differ in which files of a folder they take, so one that
 * turns out to be of another program is read again.
 *
 * @param looked what Vault Agent would take, or anybody
 * @throws ConfigError for what cannot be read
 */
export async function toldTexts(
	looked: NamedTexts,
	name: string,
	world: Pick<World, "cwd" | "fs" | "readText">,
): Promise<ToldTexts> {
	const { tellFormat } = await loadTelling();
	const format = tellFormat(...looked.texts.map(({ text }) => text));
	const isWhole = looked.folder === undefined || format === "vault-agent" || format === "native";
	return { format, ...(isWhole ? looked : await configTexts(name, format, world)) };
}
