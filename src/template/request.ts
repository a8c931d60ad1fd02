import { type Place, TemplateError } from "./errors.ts";
import type { TemplateRequest } from "./inputs.ts";

/** The arguments of `secret` and `secrets`, evaluated. */
export interface RequestWords {
	readonly kind: "read" | "list";
	readonly path: unknown;
	readonly version?: unknown;
}

/** Checks the arguments of `secret` and `secrets`. `path?version=3` is Vault Agent's way to pin a version. */
export function requestOf(words: RequestWords, place: Place): TemplateRequest {
	const [path = "", query] = typeof words.path === "string" ? words.path.split("?") : [];
	const trimmed = path.replaceAll(/^\/+|\/+$/g, "");
	if (trimmed === "") {
		throw TemplateError.helper(place, "secret wants a path", 'write {{#secret "secret/data/name"}}');
	}
	const segments = trimmed.split("/");
	if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
		throw TemplateError.helper(
			place,
			`"${trimmed}" is not a path of Vault`,
			'leave out empty, "." and ".." parts',
		);
	}
	const parameters = new URLSearchParams(query);
	const unknown = [...parameters.keys()].find((key) => key !== "version");
	if (unknown !== undefined) {
		throw TemplateError.helper(place, `a path can carry ?version=, not ?${unknown}=`, "leave it out");
	}
	const pinned = words.version ?? parameters.get("version") ?? undefined;
	if (pinned === undefined) return { kind: words.kind, path: trimmed };
	const version = Number(pinned);
	if (!Number.isInteger(version) || version < 1) {
		throw TemplateError.helper(
			place,
			"a version is a whole number from 1",
			"write version=3, or leave it out",
		);
	}
	return { kind: words.kind, path: trimmed, version };
}
