import type { HclBody } from "./body.ts";
import { parseHclJson } from "./json.ts";
import { parseHcl } from "./parser.ts";
import { Source } from "./source.ts";

/**
 * Reads HCL 1.
 *
 * @param name of the file, for messages
 * @throws ConfigError with line and column
 */
export function readHcl(name: string, text: string): HclBody {
	return parseHcl(new Source(name, text));
}

/**
 * Reads the JSON form of HCL 1.
 *
 * @param name of the file, for messages
 * @throws ConfigError with line and column
 */
export function readHclJson(name: string, text: string): HclBody {
	return parseHclJson(new Source(name, text));
}
