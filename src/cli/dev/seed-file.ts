import type { Seed } from "../../devserver/mod.ts";
import { AgentError, errorCode, ExitCode, nearest, parseJson } from "../../kernel/mod.ts";
import { asObject } from "../../vault/mod.ts";
import type { World } from "../world.ts";

const KEYS = [
	"secrets",
	"policies",
	"approles",
	"database",
	"certs",
	"pki",
	"kubernetes",
	"jwt",
	"namespaces",
];
const PKI_KEYS = ["roles"];
const KUBERNETES_KEYS = ["roles"];
const JWT_KEYS = ["config", "roles"];
const DATABASE_KEYS = ["roles", "static_roles"];

/** @throws AgentError naming what is wrong with the file, never its content */
export async function readSeed(path: string, world: World): Promise<Seed> {
	const text = await world.readText(path).catch((error: unknown) => {
		const code = errorCode(error) ?? "unreadable";
		throw wrong(path, `cannot be read (${code})`, "check the path", error);
	});
	const seed = parse(path, text);
	checkSeed(path, seed);
	return seed;
}

function checkSeed(path: string, seed: Seed): void {
	checkKeys(path, Object.keys(seed), KEYS);
	checkKeys(path, Object.keys(seed.database ?? {}), DATABASE_KEYS);
	checkKeys(path, Object.keys(seed.pki ?? {}), PKI_KEYS);
	checkKeys(path, Object.keys(seed.kubernetes ?? {}), KUBERNETES_KEYS);
	checkKeys(path, Object.keys(seed.jwt ?? {}), JWT_KEYS);
	for (const inner of Object.values(seed.namespaces ?? {})) checkSeed(path, inner);
}

/** A key that nobody reads would leave the server without what it was to begin with. */
function checkKeys(path: string, keys: readonly string[], known: readonly string[]): void {
	const unknown = keys.find((key) => !known.includes(key));
	if (unknown === undefined) return;
	const guess = nearest(unknown, known);
	const advice = guess === undefined ? `use ${known.join(", ")}` : `did you mean "${guess}"?`;
	throw wrong(path, `unknown key "${unknown}"`, advice);
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
