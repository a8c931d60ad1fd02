import { basename, resolve } from "node:path";
import { type ForeignSettings, guessFormat, type Path } from "../../config/mod.ts";
import { AgentError } from "../../kernel/mod.ts";
import { movedPath } from "./moved-path.ts";
import { toHandlebars, type Translation } from "./to-handlebars.ts";
import { yamlText } from "./yaml-text.ts";

/** What a config of another program becomes. */
export interface Imported {
	/** Text by file name, below the folder that they are written to; the config first. */
	readonly files: ReadonlyMap<string, string>;
	/** What could not be carried, or not as it was; each begins with its place. */
	readonly notes: readonly string[];
}

export interface ImportOptions {
	/** @returns the text of a template's file; rejects as `fs.readFile` does */
	readonly readText: (path: string) => Promise<string>;
	/** Absolute; relative paths of the foreign config count from here. */
	readonly cwd: string;
	/** Absolute; relative paths of the new config count from here. */
	readonly folder: string;
}

export const CONFIG_NAME = "agent.yaml";

type Tree = Record<string, unknown>;

/** Of Go's templates alone. */
const GO_KEYS = [
	"language",
	"left_delimiter",
	"right_delimiter",
	"error_on_missing_key",
	"function_denylist",
	"sandbox_path",
	"escape",
];

/** What bounds one template alone; Handlebars knows only bounds of all, or none. */
const BOUNDS = ["function_denylist", "sandbox_path"];

/** One field of one secret. */
const ONE_FIELD = /^\{\{#secret "(?<path>[^"#\n]+)"\}\}\{\{\[?(?<field>[\w.-]+)\]?\}\}\{\{\/secret\}\}$/;

/** Says a config in our own files. */
export async function nativeFiles(foreign: ForeignSettings, options: ImportOptions): Promise<Imported> {
	const writer = new NativeWriter(foreign, options);
	return await writer.write();
}

class NativeWriter {
	readonly #foreign: ForeignSettings;
	readonly #options: ImportOptions;
	readonly #files = new Map<string, string>();
	readonly #notes: string[];
	readonly #comments = new Map<string, string>();
	#hasOwnVariables = false;

	constructor(foreign: ForeignSettings, options: ImportOptions) {
		this.#foreign = foreign;
		this.#options = options;
		this.#notes = [
			...foreign.unsupported.map(({ place, message }) => `${place}: ${message}`),
			...foreign.warnings,
		];
	}

	async write(): Promise<Imported> {
		const { settings, origin } = this.#foreign;
		const { templates, env, ...others } = settings;
		const written: Tree = { ...others };
		if (Array.isArray(templates)) {
			const list: Tree[] = [];
			for (const [index, template] of (templates as Tree[]).entries())
				list.push(await this.#template(template, index));
			written["templates"] = list;
		}
		if (isTree(env)) {
			const map: Tree = {};
			for (const [name, value] of Object.entries(env)) map[name] = await this.#variable(name, value);
			written["env"] = map;
		}
		const text = this.#head(origin) + yamlText(this.#said(written) as Tree, this.#comments);
		return { files: new Map([[CONFIG_NAME, text], ...this.#files]), notes: this.#notes };
	}

	#head(origin: string): string {
		const lines = [`What ${origin} says, in keys of our own; docs/configuration.md tells of all of them.`];
		if ([...this.#files.keys()].some((name) => name.endsWith(".hbs"))) {
			lines.push(
				"In the templates a field that is not there is an error, and values are escaped for the file's format.",
			);
		}
		if (this.#hasOwnVariables) lines.push("In the variables a field that is not there is an error.");
		return lines.map((line) => `# ${line}\n`).join("");
	}

	async #template(template: Tree, index: number): Promise<Tree> {
		const path = ["templates", index];
		const { destination } = template;
		const name = typeof destination === "string" ? basename(destination) : `template-${index}`;
		const go = await this.#goText(template, path);
		if (go === undefined) return template;
		const { source: _source, contents: _contents, ...rest } = template;
		const translation = await this.#translated(go, template, path);
		if (translation.kind === "kept") {
			this.#comments.set([...path, "language"].join("."), `kept in Go's language: ${translation.reason}`);
			return { source: this.#add(name, "tpl", go), ...rest, language: "go" };
		}
		const isShell =
			rest["format"] === undefined && guessFormat(name) === "text" && /^\s*export [A-Za-z_]\w*=/m.test(go);
		if (isShell) this.#comments.set([...path, "format"].join("."), "its lines are those of a shell");
		return {
			source: this.#add(name, "hbs", translation.text),
			...without(rest, GO_KEYS),
			...(isShell && { format: "shell" }),
		};
	}

	async #variable(name: string, value: unknown): Promise<unknown> {
		if (!isTree(value) || value["language"] !== "go") return value;
		const path = ["env", name];
		const go = await this.#goText(value, path);
		if (go === undefined) return value;
		const { source: _source, contents: _contents, ...rest } = value;
		const translation = await this.#translated(go, value, path);
		if (translation.kind === "kept") {
			this.#comments.set([...path, "language"].join("."), `kept in Go's language: ${translation.reason}`);
			return { contents: go, ...rest };
		}
		this.#hasOwnVariables = true;
		const own = without(rest, GO_KEYS);
		const one = ONE_FIELD.exec(translation.text.trim())?.groups;
		const isTrimmed = translation.text === translation.text.trim();
		if (one === undefined || !isTrimmed) return { contents: translation.text, ...own };
		const ref = `${one["path"]}#${one["field"]}`;
		return Object.keys(own).length === 0 ? ref : { ref, ...own };
	}

	/** The text of a template in Go's language; nothing for others, and where it cannot be read here. */
	async #goText(template: Tree, path: Path): Promise<string | undefined> {
		const { contents, source, language } = template;
		if (language !== "go") return undefined;
		if (typeof contents === "string") return contents;
		try {
			return await this.#options.readText(resolve(this.#options.cwd, String(source)));
		} catch {
			this.#note(path, `${String(source)} cannot be read here; it stays in Go's language, where it is`);
			return undefined;
		}
	}

	async #translated(text: string, template: Tree, path: Path): Promise<Translation> {
		const { source, left_delimiter: left = "{{", right_delimiter: right = "}}" } = template;
		const file = typeof source === "string" ? source : `${this.#foreign.places.of(path)} contents`;
		const kept = (place: string, reason: string): Translation => {
			this.#notes.push(`${place}: ${reason}; it stays in Go's language`);
			return { kind: "kept", place, reason };
		};
		const bounds = BOUNDS.filter((key) => isFilled(template[key]));
		const [bound] = bounds;
		if (bound !== undefined) {
			const verb = bounds.length === 1 ? "is" : "are";
			const names = bounds.map((key) => `its ${key}`).join(" and ");
			return kept(this.#foreign.places.of([...path, bound]), `${names} ${verb} its own`);
		}
		try {
			const translation = await toHandlebars({ file, text, left: String(left), right: String(right) });
			return translation.kind === "kept" ? kept(translation.place, translation.reason) : translation;
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			return kept(error.rows["in"]?.split("   ", 1)[0] ?? file, error.message);
		}
	}

	#note(path: Path, message: string): void {
		this.#notes.push(`${this.#foreign.places.of(path)}: ${message}`);
	}

	/** @returns its name, from the new config */
	#add(name: string, extension: "hbs" | "tpl", text: string): string {
		const free = (number: number): string => {
			const file = `templates/${name}${number === 1 ? "" : `-${number}`}.${extension}`;
			return this.#files.has(file) ? free(number + 1) : file;
		};
		const file = free(1);
		this.#files.set(file, text);
		return file;
	}

	/** As the new file has to say it: relative paths count from there, and `${` means something in it. */
	#said(value: unknown, way = ""): unknown {
		if (Array.isArray(value)) return value.map((item) => this.#said(item, `${way}.*`));
		if (isTree(value)) {
			const step = (name: string) => (way === "" ? name : `${way}.${way === "env" ? "*" : name}`);
			return Object.fromEntries(
				Object.entries(value).map(([name, item]) => [name, this.#said(item, step(name))]),
			);
		}
		if (typeof value !== "string") return value;
		if (TEMPLATES.has(way) || this.#files.has(value)) return value;
		const { cwd, folder } = this.#options;
		return (cwd === folder ? value : movedPath(value, way, cwd)).replaceAll("${", "$${");
	}
}

/** Where a template stands, in which `${` means nothing; `*` stands for any step. */
const TEMPLATES: ReadonlySet<string> = new Set(["templates.*.contents", "env.*.contents", "env.*.template"]);

function without(tree: Tree, keys: readonly string[]): Tree {
	return Object.fromEntries(Object.entries(tree).filter(([key]) => !keys.includes(key)));
}

function isTree(value: unknown): value is Tree {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFilled(value: unknown): boolean {
	return (typeof value === "string" || Array.isArray(value)) && value.length > 0;
}
