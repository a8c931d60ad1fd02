import type { EnvConfig, Reference } from "../config.ts";
import { language } from "./language.ts";
import { nativeKeys, type Plain } from "./native-keys.ts";

/** `env:`, in its order. */
export function variables(env: readonly EnvConfig[]): Plain {
	return Object.fromEntries(
		env.map(({ name, value, ...others }) => [name, { ...source(value), ...nativeKeys(others) }]),
	);
}

function source(value: EnvConfig["value"]): Record<string, Plain> {
	switch (value.kind) {
		case "reference":
			return { ref: referenceText(value.reference) };
		case "template":
			return { secret: value.secret, template: value.template };
		case "text": {
			const text = "contents" in value ? { contents: value.contents } : { source: value.source };
			const { escape: _, ...keys } = language(value.language); // a variable is text: there is nothing to escape for
			return { ...text, ...keys };
		}
		default:
			return value satisfies never;
	}
}

function referenceText({ path, field, version }: Reference): string {
	return `${path}${version === undefined ? "" : `?version=${version}`}#${field}`;
}
