import type { Context } from "./context.ts";
import type { Path } from "./place.ts";

/** Another program's config says by itself where its templates stand; ours names them by their key. */
export function contentsPlace(owner: Path, { places }: Context): { readonly contentsPlace?: string } {
	const place = [...owner, "contents"];
	return places.isNamed(place) ? { contentsPlace: places.of(place) } : {};
}
