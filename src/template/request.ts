import { printable } from "../kernel/mod.ts";
import { type Place, TemplateError } from "./errors.ts";
import { PREVIOUS, type TemplateRequest } from "./inputs.ts";

/** Letters of a path, which may be computed from a value; Vault's own paths are a few dozen. */
const LONGEST_PATH = 1024;

/** The arguments of `secret`, `secrets` and `pkiCert`, evaluated. */
export interface RequestWords {
	readonly kind: "read" | "list";
	readonly path: unknown;
	readonly version?: unknown;
	readonly parameters?: TemplateRequest["parameters"];
}

/** Checks the arguments of a request. `path?version=3` is Vault Agent's way to pin a version. */
export function requestOf(words: RequestWords, place: Place): TemplateRequest {
	const { kind, parameters } = words;
	const [text = "", query] = typeof words.path === "string" ? words.path.split("?") : [];
	const path = checkedPath(text, place);
	const inQuery = new URLSearchParams(query);
	const unknown = [...inQuery.keys()].find((key) => key !== "version");
	if (unknown !== undefined) {
		throw TemplateError.helper(place, `a path can carry ?version=, not ?${unknown}=`, "leave it out");
	}
	const pinned = words.version ?? inQuery.get("version") ?? undefined;
	if (pinned === undefined) return { kind, path, ...(parameters && { parameters }) };
	if (parameters !== undefined) {
		const reason = "a version is read, and parameters are written: they cannot go together";
		throw TemplateError.helper(place, reason, "leave one of them out");
	}
	const version = Number(pinned);
	if (!Number.isInteger(version) || (version < 1 && version !== PREVIOUS)) {
		throw TemplateError.helper(
			place,
			"a version is a whole number from 1, or -1 for the one before the current one",
			"write version=3, or leave it out",
		);
	}
	return { kind, path, version };
}

/** Whether a text can be sent as a path, and shown as one. */
export function isWritable(path: string): boolean {
	return path.length <= LONGEST_PATH && printable(path) === path;
}

function checkedPath(text: string, place: Place): string {
	const path = text.replaceAll(/^\/+|\/+$/g, "");
	if (path === "") {
		throw TemplateError.helper(place, "secret wants a path", 'write {{#secret "secret/data/name"}}');
	}
	if (!isWritable(path)) {
		throw TemplateError.helper(
			place,
			`a path of ${path.length} letters is computed, which is too long or has some that cannot be printed`,
			`give it at most ${LONGEST_PATH}; Vault takes none that cannot be printed`,
		);
	}
	if (path.split("/").some((segment) => segment === "" || segment === "." || segment === "..")) {
		throw TemplateError.helper(
			place,
			`"${path}" is not a path of Vault`,
			'leave out empty, "." and ".." parts',
		);
	}
	return path;
}
