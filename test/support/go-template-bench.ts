import { AgentError, type JsonValue, parseJson } from "../../src/kernel/mod.ts";
import {
	type Found,
	plainText,
	type Piece,
	type TemplateInputs,
	type TemplateRequest,
	withPort,
} from "../../src/template/mod.ts";
import { type GoTemplateOptions, parseGoTemplate } from "../../src/compat/go/mod.ts";

type Fields = { readonly [name: string]: JsonValue };

/** A secret with versions. */
const versioned = (path: string, fields: Fields, version = 4): Found => ({
	kind: "secret",
	secret: {
		path,
		version,
		fields,
		Data: { data: fields, metadata: { version } },
		LeaseID: "",
		LeaseDuration: 0,
		Renewable: false,
	},
});

/** Path of the secret that most templates read. */
export const OPENAI = "secret/data/llm/openai";
const STORE: Readonly<Record<string, Found>> = {
	[OPENAI]: versioned(OPENAI, {
		"api-key": "sk-dash",
		api_key: "sk-one",
		organization: "org",
		limit: parseJson("12345678901234567890"),
		nested: { url: "http://h" },
	}),
	"secret/data/llm/anthropic": versioned("secret/data/llm/anthropic", { api_key: "sk-ant" }),
	"database/creds/model": {
		kind: "secret",
		secret: {
			path: "database/creds/model",
			fields: { username: "u", password: "p" },
			Data: { username: "u", password: "p" },
			LeaseID: "database/creds/model/1",
			LeaseDuration: 3600,
			Renewable: true,
		},
	},
	"secret/data/gone": { kind: "absent", path: "secret/data/gone", reason: "deleted", version: 2 },
	"secret/data/none": { kind: "absent", path: "secret/data/none", reason: "missing" },
	"list secret/metadata/none": { kind: "absent", path: "secret/metadata/none", reason: "missing" },
	"list secret/metadata/llm": { kind: "names", names: ["openai", "anthropic"] },
};

const keyOf = ({ kind, path }: TemplateRequest) => (kind === "list" ? `list ${path}` : path);

/** Secrets, an environment and files; what is not among them has not been read yet. */
export const INPUTS: TemplateInputs = {
	lookup: (request) => STORE[keyOf(request)] ?? { kind: "pending" },
	env: (name) => (name === "HOME" ? "/home/gw" : undefined),
	readFile: (path) => `<${path}>`,
	now: () => Date.UTC(2026, 10, 21, 10, 2, 11),
};

export const OPTIONS: GoTemplateOptions = {
	file: "t.ctmpl",
	errorOnMissingKey: false,
	isEscaped: true,
	denied: [],
};

/** One pass over a template. */
export async function passOf(text: string, options: Partial<GoTemplateOptions> = {}) {
	const template = await parseGoTemplate(text, { ...OPTIONS, ...options });
	return template.render(INPUTS);
}

/** A pass that lacks nothing. */
export async function complete(text: string, options: Partial<GoTemplateOptions> = {}) {
	const pass = await passOf(text, options);
	if (pass.kind === "incomplete") throw new Error(`incomplete: ${pass.missing.map(keyOf).join(" ")}`);
	return pass;
}

/** The text of a template. */
export async function rendered(text: string, options: Partial<GoTemplateOptions> = {}): Promise<string> {
	return plainText(withPort((await complete(text, options)).pieces, 0), undefined);
}

/** Its pieces from outside. */
export async function values(text: string, options: Partial<GoTemplateOptions> = {}) {
	const { pieces } = await complete(text, options);
	return (pieces as readonly Piece[]).filter((piece) => piece.kind === "value");
}

/** What is wrong with a template. */
export async function faultOf(text: string, options: Partial<GoTemplateOptions> = {}): Promise<AgentError> {
	const error: unknown = await passOf(text, options).catch((reason: unknown) => reason);
	if (!(error instanceof AgentError)) throw new Error("no AgentError was thrown", { cause: error });
	return error;
}
