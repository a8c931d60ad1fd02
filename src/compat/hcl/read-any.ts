import type { HclBody } from "./body.ts";
import { readHcl, readHclJson } from "./read.ts";

/**
 * Reads either form, told apart by the first sign as HCL does it.
 *
 * @param name of the file, for messages
 * @throws ConfigError with line and column
 */
export function readBody(name: string, text: string): HclBody {
	return /^\s*\{/.test(text) ? readHclJson(name, text) : readHcl(name, text);
}
