import { JsonNumber, type JsonValue, parseJson } from "../../kernel/mod.ts";
import { ConfigError } from "../../config/mod.ts";
import type { Found, TemplateRequest } from "../../template/mod.ts";

type Fields = { readonly [name: string]: JsonValue };

/**
 * Secrets by path as a file says them: fields, a list of names, or null for nothing.
 *
 * @throws ConfigError for a text that is none of that; it repeats no value
 */
export function fixturesIn(name: string, text: string): (request: TemplateRequest) => Found {
	const secrets = parsed(name, text);
	return ({ path }) => {
		const at = [path, ...withData(path)].find((way) => Object.hasOwn(secrets, way));
		const found = at === undefined ? null : (secrets[at] ?? null);
		if (at === undefined || found === null) return { kind: "absent", path, reason: "missing" };
		if (Array.isArray(found)) return { kind: "names", names: found.map(String) };
		return { kind: "secret", secret: secretOf(at, found as Fields) };
	};
}

function parsed(name: string, text: string): Fields {
	const fault = (message: string) => new ConfigError([{ place: name, message }]);
	let json: JsonValue;
	try {
		json = parseJson(text);
	} catch {
		throw fault("this is not JSON");
	}
	const isMap = (value: JsonValue) => typeof value === "object" && value !== null && !Array.isArray(value);
	if (!isMap(json)) throw fault('expected fields by path: { "secret/data/x": { "api_key": "…" } }');
	for (const [path, value] of Object.entries(json as Fields)) {
		if (!isMap(value) && !Array.isArray(value) && value !== null)
			throw fault(`${path}: expected its fields, a list of names, or null`);
	}
	return inOrder(json) as Fields;
}

/** As a server answers: the keys of every map by their names. */
function inOrder(value: JsonValue): JsonValue {
	if (Array.isArray(value)) return value.map(inOrder);
	if (typeof value !== "object" || value === null || value instanceof JsonNumber) return value;
	const entries = Object.entries(value).map(([key, item]) => [key, inOrder(item)] as const);
	return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A path on a KV v2 mount may be named without `data/`. */
function withData(path: string): readonly string[] {
	const [mount = "", ...rest] = path.split("/");
	return rest.length === 0
		? []
		: [[mount, "data", ...rest].join("/"), [mount, "metadata", ...rest].join("/")];
}

function secretOf(path: string, fields: Fields) {
	const isVersioned = path.split("/").slice(1, -1).includes("data");
	const metadata = { version: 1, deletion_time: "", destroyed: false };
	return {
		path,
		...(isVersioned && { version: 1 }),
		fields,
		Data: isVersioned ? { data: fields, metadata } : fields,
		LeaseID: "",
		LeaseDuration: 0,
		Renewable: false,
	};
}
