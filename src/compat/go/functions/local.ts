import { errorCode } from "../../../kernel/mod.ts";
import { asText } from "./define.ts";
import type { GoFunction, GoFunctions, Surroundings } from "./function.ts";
import { GoFault } from "../values/fault.ts";
import { scratchOf } from "./scratch.ts";
import { socketAddress } from "./socket-address.ts";
import { trimSpace } from "./texts.ts";
import { formatTime, RFC_3339 } from "../printing/time-layout.ts";
import type { GoValue } from "../values/values.ts";
import { sideFileOf } from "./side-file.ts";

/** consul-template's functions of what is on this machine. */
export const LOCAL_FUNCTIONS: GoFunctions = new Map<string, GoFunction>([
	["env", ofName((name, { env }) => environment(name, env) ?? "")],
	["mustEnv", ofName(requiredVariable)],
	[
		"envOrDefault",
		{
			parameters: ["string", "string"],
			run: ([name, otherwise], { env }) => environment(asText(name), env) ?? otherwise,
		},
	],
	["file", ofName(fileText)],
	["executeTemplate", { parameters: ["string", "any"], isVariadic: true, run: executed }],
	["scratch", { parameters: [], run: (_args, { scratch }) => scratchOf(scratch) }],
	[
		"writeToFile",
		{
			parameters: ["string", "string", "string", "string", "string"],
			isVariadic: true,
			isInnocent: true,
			destination: ["path", "user", "group", "permissions", "flags"],
			run: (args, { writeFile }) => {
				writeFile(sideFileOf(args.map(asText)));
				return "";
			},
		},
	],
	[
		"sockaddr",
		{
			parameters: ["string"],
			isVariadic: true,
			isInnocent: true,
			run: (args, { interfaces }) => socketAddress(args.map(asText).join(" "), interfaces()),
		},
	],
	// Not innocent: what a layout does not know comes out as it is.
	["timestamp", { parameters: ["string"], isVariadic: true, run: timestamp }],
]);

function ofName(run: (name: string, surroundings: Surroundings) => string): GoFunction {
	return { parameters: ["string"], run: ([name], surroundings) => run(asText(name), surroundings) };
}

/** OpenBao's own variables are there under Vault's names, too. */
function environment(name: string, env: Surroundings["env"]): string | undefined {
	const value = env(name);
	return value === undefined && name.startsWith("BAO_") ? env(name.replace("BAO_", "VAULT_")) : value;
}

function requiredVariable(name: string, { env, told }: Surroundings): string {
	const spelled = told(name); // what comes from the environment counts as computed
	const value = environment(name, env);
	if (value !== undefined && value !== "") return value;
	throw new GoFault(`required environment variable ${spelled} is empty`);
}

function fileText(path: string, { readFile, told }: Surroundings): string {
	const trimmed = trimSpace(path);
	if (trimmed === "") return "";
	try {
		return readFile(trimmed);
	} catch (error) {
		const code = errorCode(error);
		if (code === undefined) throw error;
		throw new GoFault(`cannot read ${told(trimmed)} (${code})`);
	}
}

function executed([name, ...data]: readonly GoValue[], { execute }: Surroundings): string {
	if (data.length > 1)
		throw new GoFault(
			`executeTemplate: wrong number of arguments, expected 1 or 2, but got ${data.length + 1}`,
		);
	return execute(asText(name), data[0]);
}

function timestamp([layout, ...more]: readonly GoValue[], { now }: Surroundings): string {
	if (more.length > 0)
		throw new GoFault(`timestamp: wrong number of arguments, expected 0 or 1, but got ${more.length + 1}`);
	if (layout === "unix") return String(Math.floor(now() / 1000));
	return formatTime(now(), layout === undefined ? RFC_3339 : asText(layout));
}
