import { ofAny, ofText } from "./define.ts";
import { named } from "./encoding-functions.ts";
import type { GoFunctions } from "./functions.ts";
import { parseGoYaml } from "./parse-yaml.ts";
import { trimSpace } from "./string-functions.ts";
import { toGoToml } from "./to-toml.ts";
import { toGoYaml } from "./to-yaml.ts";
import { GoMap } from "./values.ts";

/** consul-template's functions of YAML and TOML; loaded where a template names one. */
export const DOCUMENT_FUNCTIONS: GoFunctions = new Map([
	["toYAML", ofAny((value) => named("toYAML", () => trimSpace(toGoYaml(value))))],
	["toTOML", ofAny((value) => named("toTOML", () => trimSpace(toGoToml(value))))],
	["parseYAML", ofText((text) => (text === "" ? new GoMap("interface {}", new Map()) : parseGoYaml(text)))],
]);
