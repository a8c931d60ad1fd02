import { JsonNumber } from "../../kernel/mod.ts";
import { type Format, JsonText } from "./format.ts";
import { read, VERSIONS } from "./yaml-document.ts";
import { type YamlPlace, yamlPlaces } from "./yaml-place.ts";
import { yamlRefusal } from "./yaml-refusal.ts";
import { spellYaml } from "./yaml-spelling.ts";

/**
 * YAML, for readers of 1.1 and of 1.2 alike: what is a string in a secret is a string in both, and what is
 * a number or boolean keeps its spelling.
 *
 * Reach this file by dynamic import alone: it loads the parser, which no agent without YAML templates needs.
 */
export const yamlFormat: Format<YamlPlace> = {
	lex: (text, markers) => {
		for (const version of VERSIONS) read(text, version); // the author's own faults first, before any value is blamed
		return yamlPlaces(text, markers);
	},
	escape: (value, place) => {
		const isSpelled = value instanceof JsonNumber || value instanceof JsonText; // JSON is YAML in flow style
		const isBare = typeof value === "number" || typeof value === "boolean" || isSpelled;
		if (isBare && place.kind === "plain" && place.isWhole && !place.isKey) return String(value);
		const text = spellYaml(String(value), place);
		if (text === undefined) throw yamlRefusal(String(value), place);
		return text;
	},
	parse: (text) => Object.fromEntries(VERSIONS.map((version) => [version, read(text, version)])),
};
