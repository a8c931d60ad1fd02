import type { Problem } from "./errors.ts";
import { type Path, type Places, pathText } from "./place.ts";
import { checkAgainst, type Issue } from "./schema/fields.ts";
import { type FileConfig, fileSchema } from "./schema/file.ts";
import { MISSING, unknownKey } from "./words.ts";

/** Holds the joined settings against the schema: them with their defaults, or every problem with its place. */
export function checkSettings(
	settings: unknown,
	places: Places,
): { readonly output: FileConfig } | { readonly problems: readonly Problem[] } {
	const result = checkAgainst(fileSchema, settings);
	if ("output" in result) return result;
	return { problems: sentences(result.issues, [], places) };
}

function sentences(issues: readonly Issue[], base: Path, places: Places): Problem[] {
	const withUnknownKeys = new Set(
		issues.filter(({ code }) => code === "unrecognized_keys").map(({ path }) => pathText(steps(path))),
	);
	return issues
		.filter(({ code, path }) => code !== "custom" || !withUnknownKeys.has(pathText(steps(path))))
		.flatMap((issue) => sentence(issue, [...base, ...steps(issue.path)], places));
}

function sentence(issue: Issue, path: Path, places: Places): Problem[] {
	if (places.isUnread(path)) return [];
	switch (issue.code) {
		case "unrecognized_keys":
			return issue.keys.map((key) => ({
				place: places.of([...path, key], "key"),
				message: unknownKey(key, pathText(path), issue.message.split(" ")),
			}));
		case "invalid_key":
			return [
				{ place: places.of(path, "key"), message: about(path, issue.issues[0]?.message ?? "", places) },
			];
		case "invalid_union": {
			const meant = meantKind(issue.errors);
			if (meant !== undefined) return sentences(meant, path, places);
			break;
		}
		default:
	}
	if (issue.message === MISSING) {
		const parent = pathText(path.slice(0, -1));
		const name = String(path.at(-1));
		return [{ place: places.of(path), message: `${parent === "" ? "the file" : parent} lacks "${name}"` }];
	}
	return [{ place: places.of(path), message: about(path, issue.message, places) }];
}

/** Of the kinds that a value can be, the one whose type fits: what it says is wrong inside is what helps. */
function meantKind(kinds: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
	return kinds.find((issues) => issues.every(({ code, path }) => path.length > 0 || !WRONG_KIND.has(code)));
}

const WRONG_KIND: ReadonlySet<string> = new Set(["invalid_type", "invalid_value", "invalid_union"]);

function about(path: Path, message: string, places: Places): string {
	return places.isNamed(path) || path.length === 0 ? message : `${pathText(path)}: ${message}`;
}

function steps(path: readonly PropertyKey[]): Path {
	return path.map((step) => (typeof step === "number" ? step : String(step)));
}
