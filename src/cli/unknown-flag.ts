import { nearest } from "../kernel/mod.ts";
import { COMMANDS } from "./command-list.ts";
import { flagNames } from "./flag-names.ts";

const UNKNOWN = /^error: unknown option '(?<flag>--[^'=]+)/;

/**
 * What the parser says of a flag that it does not know, with what was meant: a part of a longer name counts as well, and
 * a flag that only another command has.
 *
 * @param command as it was typed
 */
export function withMeantFlag(text: string, command: string | undefined): string {
	const flag = UNKNOWN.exec(text)?.groups?.["flag"];
	if (flag === undefined || text.includes("Did you mean")) return text;
	const flags = COMMANDS.flatMap(({ name, flags: own }) =>
		own.filter(({ isHidden }) => !isHidden).map((spec) => ({ name, long: flagNames(spec).long })),
	);
	const own = flags.filter(({ name }) => name === command).map(({ long }) => long);
	const longer = own.find((long) => long.endsWith(flag.slice(1)));
	const meant = longer ?? nearest(flag, own);
	if (meant !== undefined) return `${text}(Did you mean ${meant}?)\n`;
	const elsewhere = flags.filter(({ long }) => long === flag).map(({ name }) => `agent ${name}`);
	return elsewhere.length === 0 ? text : `${text}(${flag} is a flag of ${elsewhere.join(", ")})\n`;
}
