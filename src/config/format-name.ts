import { basename } from "node:path";
import type { FormatName } from "./config.ts";

/** Every `format` that a template can name. */
export const FORMATS = [
	"dotenv",
	"dotenv:compose",
	"dotenv:python",
	"dotenv:node",
	"dotenv:docker",
	"shell",
	"json",
	"yaml",
	"properties",
	"text",
] as const satisfies readonly FormatName[];

const BY_ENDING: Readonly<Record<string, FormatName>> = {
	env: "dotenv",
	sh: "shell",
	json: "json",
	yaml: "yaml",
	yml: "yaml",
	properties: "properties",
};

/** Endings of files that hold one value as it is; so may a name without any. */
const PLAIN = new Set(["txt", "pem", "crt", "cer", "key", "token"]);

/** Whether nothing about the file's name says what is in it. */
export function isUnknownName(destination: string): boolean {
	const name = basename(destination).toLowerCase();
	const dot = name.lastIndexOf(".");
	return dot > 0 && guessFormat(destination) === "text" && !PLAIN.has(name.slice(dot + 1));
}

/** The format that a file's name promises: by its ending, `.env.production` as dotenv, anything else as text. */
export function guessFormat(destination: string): FormatName {
	const name = basename(destination).toLowerCase();
	const ending = name.slice(name.lastIndexOf(".") + 1);
	return BY_ENDING[ending] ?? (name.startsWith(".env.") ? "dotenv" : "text");
}
