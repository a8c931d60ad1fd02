import type { Reply } from "../engine.ts";
import type { Fields } from "../fields.ts";
import type { Route } from "../routes.ts";

/** What stands directly below a prefix; folders end in a slash, and every name comes once. */
export function listBelow(paths: Iterable<string>, prefix: string): string[] {
	const names = new Set<string>();
	for (const path of paths) {
		if (!path.startsWith(prefix)) continue;
		const [name = "", ...deeper] = path.slice(prefix.length).split("/");
		names.add(deeper.length > 0 ? `${name}/` : name);
	}
	names.delete("");
	return [...names].toSorted();
}

/** A page of a list: `after` a name, at most `limit` of them. */
export function listReply(keys: readonly string[], fields: Fields): Reply {
	const after = fields.text("after") ?? "";
	const limit = fields.integer("limit") ?? 0;
	const rest = keys.filter((key) => key > after);
	return { data: { keys: limit > 0 ? rest.slice(0, limit) : rest } };
}

/** What a route does that lists the names of everything in a map. */
export function listOf(entries: ReadonlyMap<string, unknown>): Route["on"] {
	return { list: ({ request }) => listReply([...entries.keys()].toSorted(), request.fields) };
}
