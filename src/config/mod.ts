export type * from "./config.ts";
export type * from "./exec-config.ts";
export { ConfigError, type Problem } from "./errors.ts";
export type { Flags, FlagSetting } from "./flags.ts";
export type { ForeignSettings } from "./foreign.ts";
export { FORMATS, guessFormat } from "./format-name.ts";
export { isInherited } from "./inherited.ts";
export { type ConfigInput, loadConfig, refused } from "./load.ts";
export type * from "./log-config.ts";
export type * from "./login-config.ts";
export { type Path, Places } from "./place.ts";
export { publicTexts } from "./public-texts.ts";
export { parseReference } from "./reference.ts";
export { isSameSetting } from "./same.ts";
export { configJsonSchema } from "./schema/file.ts";
export { isPlainName, unknownKey } from "./words.ts";

/** The config as a file would say it; an agent that runs has no use for it. */
export const loadNormalForm = async () => await import("./normal-form/normal-form.ts");
