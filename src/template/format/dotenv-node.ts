import { parseEnv } from "node:util";
import type { Pair, Reader } from "./dotenv-reader.ts";

/** Node's `--env-file`, `process.loadEnvFile` and `util.parseEnv`: asked itself. A name set twice comes once. */
const parser: Reader = {
	name: "Node",
	read: (text) => Object.entries(parseEnv(text)).map(([key, value]) => [key, value ?? ""]),
};

const BODY = (quote: string) => `${quote}(?:\\\\${quote}|[^${quote}])*${quote}`;
/** A statement may start on any line; the value ends where nothing but a comment is left of its line. */
const STATEMENT = new RegExp(
	[
		"^\\s*(?:export\\s+)?(?<key>[\\w.-]+)(?:\\s*=\\s*?|:\\s+?)",
		`(?<value>\\s*${BODY("'")}|\\s*${BODY('"')}|\\s*${BODY("`")}|[^#\\r\\n]+)?`,
		"\\s*(?:#.*)?$",
	].join(""),
	"gm",
);

/** The npm package `dotenv`: no escapes but `\n` and `\r`, and these in double quotes alone. */
const dotenvPackage: Reader = {
	name: "dotenv for Node",
	read: (text) =>
		Array.from(text.replaceAll(/\r\n?/g, "\n").matchAll(STATEMENT), ({ groups }): Pair => {
			const value = (groups?.["value"] ?? "").trim();
			const inner = value.replaceAll(/^(['"`])([\s\S]*)\1$/gm, "$2");
			const isDouble = value.startsWith('"');
			return [
				groups?.["key"] ?? "",
				isDouble ? inner.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : inner,
			];
		}),
};

export const NODE_READERS: readonly Reader[] = [parser, dotenvPackage];
