import { parseEnv } from "node:util";
import type { Pair, Reader } from "./dotenv-reader.ts";

/** Node's `--env-file`, `process.loadEnvFile` and `util.parseEnv`: asked itself. A name set twice comes once. */
const parser: Reader = {
	name: "Node",
	read: (text) => Object.entries(parseEnv(text)).map(([key, value]) => [key, value ?? ""]),
};

const BODY = (quote: string) => `${quote}(?:\\\\${quote}|[^${quote}])*${quote}`;
/**
 * A statement may start on any line; the value ends where nothing but a comment is left of its line. Empty lines before
 * it are left out, or each of them would be tried as its beginning, to its end.
 */
const STATEMENT = new RegExp(
	[
		"^[^\\S\\n\\r\\u2028\\u2029]*(?:export\\s+)?(?<key>[\\w.-]+)(?:\\s*=\\s*?|:\\s+?)",
		`(?<value>\\s*${BODY("'")}|\\s*${BODY('"')}|\\s*${BODY("`")}|[^#\\r\\n]+)?`,
		"\\s*(?:#.*)?$",
	].join(""),
	"gm",
);

/** `replaceAll(/^(['"`])([\s\S]*)\1$/gm, "$2")`, whose time grows with the square of the lines that begin with a quote. */
function withoutQuotes(value: string): string {
	const lastEnd = new Map(Array.from(value.matchAll(/['"`]$/gm), ({ 0: quote, index }) => [quote, index]));
	let result = "";
	let done = 0;
	for (const { 0: quote, index } of value.matchAll(/^['"`]/gm)) {
		const end = lastEnd.get(quote) ?? -1;
		if (index < done || end <= index) continue;
		result += value.slice(done, index) + value.slice(index + 1, end);
		done = end + 1;
	}
	return result + value.slice(done);
}

/** The npm package `dotenv`: no escapes but `\n` and `\r`, and these in double quotes alone. */
const dotenvPackage: Reader = {
	name: "dotenv for Node",
	read: (text) =>
		Array.from(text.replaceAll(/\r\n?/g, "\n").matchAll(STATEMENT), ({ groups }): Pair => {
			const value = (groups?.["value"] ?? "").trim();
			const inner = withoutQuotes(value);
			const isDouble = value.startsWith('"');
			return [
				groups?.["key"] ?? "",
				isDouble ? inner.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : inner,
			];
		}),
};

export const NODE_READERS: readonly Reader[] = [parser, dotenvPackage];
