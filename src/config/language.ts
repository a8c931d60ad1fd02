import type { GoLanguage, TemplateLanguage } from "./config.ts";
import { compact, type Context } from "./context.ts";
import { type Path, pathText } from "./place.ts";
import type { FileConfig } from "./schema/file.ts";

/** What a template says of its language; a variable has no `escape` and no `sandbox_path`. */
type Words = Pick<FileConfig["templates"][number], Exclude<GoKey, "escape" | "sandbox_path">> & {
	readonly language?: TemplateLanguage["kind"] | undefined;
	readonly sandbox_path?: string | undefined;
	readonly escape?: boolean | undefined;
};

/** Keys that have a meaning in Go's language alone. */
const GO_KEYS = [
	"left_delimiter",
	"right_delimiter",
	"error_on_missing_key",
	"function_denylist",
	"sandbox_path",
	"escape",
] as const;

type GoKey = (typeof GO_KEYS)[number];

/** What a template is written in. Go's own keys beside another language are refused. */
export function languageOf(words: Words, path: Path, context: Context): TemplateLanguage {
	if (words.language === "go") return goLanguage(words, context);
	for (const key of GO_KEYS) {
		if (words[key] === undefined) continue;
		const place = [...path, key];
		context.problems.push({
			place: context.places.of(place),
			message: `${named(place, context)}only a template in Go's language has it; add language: go, or leave it out`,
		});
	}
	return { kind: "handlebars" };
}

function goLanguage(words: Words, context: Context): GoLanguage {
	return compact({
		kind: "go" as const,
		leftDelimiter: words.left_delimiter,
		rightDelimiter: words.right_delimiter,
		errorOnMissingKey: words.error_on_missing_key ?? true,
		functionDenylist: words.function_denylist ?? [],
		sandboxPath: words.sandbox_path === undefined ? undefined : context.resolve(words.sandbox_path),
		isEscaped: words.escape ?? true,
	});
}

function named(place: Path, { places }: Context): string {
	return places.isNamed(place) ? "" : `${pathText(place)}: `;
}
