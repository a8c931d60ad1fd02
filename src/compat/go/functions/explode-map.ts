import { GoFault } from "../values/fault.ts";
import { sortedEntries } from "../values/types.ts";
import { checkDepth } from "../values/bounds.ts";
import { GoMap, type GoValue } from "../values/values.ts";

/**
 * A map whose keys are paths, `a/b`, as maps within each other.
 *
 * @throws GoFault where a path goes through what is no map
 */
export function explodeMap(flat: GoMap): GoMap {
	const whole = new GoMap("interface {}", new Map());
	for (const [path, value] of sortedEntries(flat)) put(whole, path.split("/"), value);
	return whole;
}

function put(map: GoMap, path: readonly string[], value: GoValue): void {
	checkDepth(path.length);
	let place = map;
	for (const name of path.slice(0, -1)) {
		const below = place.entries.has(name) ? place.entries.get(name) : new GoMap("interface {}", new Map());
		if (!(below instanceof GoMap)) throw new GoFault("explodeMap: not a map: a part of a path has a value");
		place.entries.set(name, below);
		place = below;
	}
	const name = path.at(-1) ?? "";
	if (name !== "") place.entries.set(name, value);
}
