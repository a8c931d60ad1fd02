import type { Seed } from "../devserver/mod.ts";
import { AgentError, ExitCode, nearest, parseJson } from "../kernel/mod.ts";
import { asObject } from "../vault/mod.ts";
import type { World } from "./world.ts";

const KEYS = ["secrets", "policies", "approles"];

/** @throws AgentError naming what is wrong with the file, never its content */
export async function readSeed(path: string, world: World): Promise<Seed> {
	const text = await world.fs.readFile(path, "utf8").catch((error: unknown) => {
		const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
		throw wrong(path, `cannot be read (${code})`, "check the path", error);
	});
	const seed = parse(path, text);
	for (const key of Object.keys(seed)) {
		if (KEYS.includes(key)) continue;
		const guess = nearest(key, KEYS);
		throw wrong(
			path,
			`unknown key "${key}"`,
			guess === undefined ? `use ${KEYS.join(", ")}` : `did you mean "${guess}"?`,
		);
	}
	return seed;
}

function parse(path: string, text: string): Seed {
	const advice =
		'write {"secrets": {"secret/llm/openai": {"api_key": "…"}}, "policies": {…}, "approles": {…}}';
	try {
		const seed = asObject(parseJson(text));
		if (seed !== undefined) return seed;
	} catch (error) {
		throw wrong(path, "is no JSON", advice, error);
	}
	throw wrong(path, "is no JSON object", advice);
}

// oxlint-disable-next-line max-params -- a sentence in its four parts
function wrong(path: string, reason: string, advice: string, cause?: unknown): AgentError {
	return new AgentError(`--seed ${path}: ${reason}`, {
		code: "E_USAGE",
		exitCode: ExitCode.usage,
		rows: { do: advice },
		cause,
	});
}
