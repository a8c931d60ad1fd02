import type { TemplateLanguage } from "../config.ts";
import { nativeKeys, type Plain } from "./native-keys.ts";

/** What a template is written in, as its keys have it. */
export function language(written: TemplateLanguage): Record<string, Plain> {
	if (written.kind === "handlebars") return { language: "handlebars" };
	const { kind, isEscaped, ...others } = written;
	return { language: kind, ...nativeKeys(others), escape: isEscaped };
}
