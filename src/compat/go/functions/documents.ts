import { fixed } from "./define.ts";
import { named } from "./encoding.ts";
import type { GoFunctions } from "./function.ts";
import { parseGoYaml } from "../documents/parse-yaml.ts";
import { trimSpace } from "./texts.ts";
import { toGoToml } from "../documents/to-toml.ts";
import { toGoYaml } from "../documents/to-yaml.ts";
import { GoMap } from "../values/values.ts";

/** consul-template's functions of YAML and TOML; loaded where a template names one. */
export const DOCUMENT_FUNCTIONS: GoFunctions = new Map([
	["toYAML", fixed(["any"], (value) => named("toYAML", () => trimSpace(toGoYaml(value))))],
	["toTOML", fixed(["any"], (value) => named("toTOML", () => trimSpace(toGoToml(value))))],
	[
		"parseYAML",
		fixed(["string"], (text) => (text === "" ? new GoMap("interface {}", new Map()) : parseGoYaml(text))),
	],
]);
