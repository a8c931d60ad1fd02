export type * from "./config.ts";
export { ConfigError, type Problem } from "./errors.ts";
export type { Flags } from "./flags.ts";
export { guessFormat } from "./format-name.ts";
export { type ConfigInput, loadConfig } from "./load.ts";
export { publicTexts } from "./public-texts.ts";
export { parseReference } from "./reference.ts";
export { isSameSetting } from "./same.ts";
export { configJsonSchema } from "./schema/file.ts";
