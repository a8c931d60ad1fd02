import { type ForeignSettings, Places, type Problem } from "../../config/mod.ts";
import { AgentError } from "../../kernel/mod.ts";
import type { ForeignFile } from "../translate.ts";
import { toHandlebars } from "./to-handlebars.ts";

/** A value that names a secret, by itself or within a text. */
const REFERENCE = /^(?<write>>{0,2})vault:(?<path>[^#\s]+)#(?<key>\$\{[^}]*\}|[^#]+)(?:#(?<last>.+))?$/s;
const WITHIN = /\$\{(?<reference>>{0,2}vault:(?:\$\{[^}]*\}|[^}])*)\}/g;
const ANY = /(?:^|[\s"'=:{,])>{0,2}vault:[^\s#"']+#|\$\{>{0,2}vault:/;

/** `NAME=value` of a file of variables. */
const VARIABLE = /^\s*(?:export\s+)?(?<name>[A-Za-z_]\w*)=(?<value>.*?)\s*$/;
/** `name: NAME` and `value: …`, `NAME: value`; each on one line. */
const ENTRY = /^\s*(?:-\s+)?(?<key>[\w./-]+):\s+(?<value>\S.*?)\s*$/;
const FLOW = /\bname:\s*["']?(?<name>[A-Za-z_]\w*)["']?\s*,\s*value:\s*(?<value>"[^"]*"|'[^']*'|[^,}\s]+)/;

/** Notes of a pod, by the ends of their names. */
const ANNOTATIONS: ReadonlyMap<string, readonly string[]> = new Map([
	["vault-addr", ["vault", "address"]],
	["vault-namespace", ["vault", "namespace"]],
	["vault-role", ["auto_auth", "config", "role"]],
	["vault-path", ["auto_auth", "mount_path"]],
]);

/** Whether a text has such references. */
export function hasReferences(text: string): boolean {
	return text.split("\n").some((line) => ANY.test(line) && !/^\s*#/.test(line));
}

/** The variables of files as settings of our own. */
export async function referenceSettings(files: readonly ForeignFile[]): Promise<ForeignSettings> {
	const settings: Record<string, unknown> = {};
	const env: Record<string, unknown> = {};
	const unsupported: Problem[] = [];
	const places = new Places(files.map(({ name }) => name).join(", "));
	for (const file of files) {
		for (const { name, value, place } of variablesOf(file)) {
			const way = annotation(name, value);
			if (way !== undefined) {
				set(settings, way, way.at(-1) === "mount_path" ? `auth/${value.replace(/^auth\//, "")}` : value);
				continue;
			}
			const said = await variable(value, place);
			if (said === undefined) continue;
			if (said instanceof Refusal) unsupported.push({ place, message: `${name}: ${said.reason}` });
			else {
				env[name] = said;
				places.from(["env", name], place);
			}
		}
	}
	if (settings["auto_auth"] !== undefined) set(settings, ["auto_auth", "method"], "kubernetes");
	const origin = files.map(({ name }) => name).join(", ");
	const paths = files.map(({ path }) => path);
	return {
		origin,
		settings: { ...settings, env },
		places,
		problems: [],
		warnings: [],
		unsupported,
		files: paths,
	};
}

interface Variable {
	readonly name: string;
	readonly value: string;
	readonly place: string;
}

function* variablesOf({ name: file, text }: ForeignFile): Generator<Variable> {
	let last = "";
	for (const [index, line] of text.split("\n").entries()) {
		if (/^\s*#/.test(line)) continue;
		const place = `${file}:${index + 1}:${line.search(/\S/) + 1}`;
		const found = (FLOW.exec(line) ?? VARIABLE.exec(line) ?? ENTRY.exec(line))?.groups;
		const { name = found?.["key"] ?? "", value: written = "" } = found ?? {};
		const value = unquoted(written);
		if (name === "name") last = value;
		else if (name !== "") yield { name: name === "value" ? last : name, value, place };
	}
}

function unquoted(text: string): string {
	const quote = text.charAt(0);
	if ((quote !== '"' && quote !== "'") || text.length < 2 || !text.endsWith(quote)) return text;
	const inner = text.slice(1, -1);
	return quote === "'" ? inner.replaceAll("''", "'") : inner.replaceAll(/\\(["\\])/g, "$1");
}

function annotation(name: string, value: string): readonly string[] | undefined {
	const [, key = ""] = /^vault\.security\.(?:banzaicloud\.io|bank-vaults\.io)\/(.+)$/.exec(name) ?? [];
	return value === "" ? undefined : ANNOTATIONS.get(key);
}

type Said = string | Record<string, unknown> | Refusal | undefined;

/** Why a reference has no counterpart. */
class Refusal {
	readonly reason: string;

	constructor(reason: string) {
		this.reason = reason;
	}
}

type Groups = Readonly<Record<string, string | undefined>>;

async function variable(value: string, place: string): Promise<Said> {
	const whole = REFERENCE.exec(value)?.groups;
	if (whole !== undefined) return await wholeReference(whole, place);
	if (!value.includes("vault:")) return undefined;
	const parts: string[] = [];
	let from = 0;
	for (const match of value.matchAll(WITHIN)) {
		const groups = REFERENCE.exec(match.groups?.["reference"] ?? "")?.groups;
		const field = groups && fieldOf(groups);
		if (field === undefined) return new Refusal("a reference in it cannot be read");
		if (field instanceof Refusal) return field;
		parts.push(plain(value.slice(from, match.index)), `{{${field}}}`);
		from = match.index + match[0].length;
	}
	return parts.length === 0 ? undefined : { contents: parts.join("") + plain(value.slice(from)) };
}

const plain = (text: string): string => text.replaceAll("{{", String.raw`\{{`);

/** The value is the reference. */
async function wholeReference(groups: Groups, place: string): Promise<Said> {
	const { write, path = "", key = "", last } = groups;
	if (write !== "") {
		const field = fieldOf(groups);
		return field instanceof Refusal ? field : { contents: `{{${field}}}` };
	}
	const pinned = last === undefined ? path : `${path}?version=${last}`;
	if (last !== undefined && !/^\d+$/.test(last)) return new Refusal("its version is no number");
	if (!key.includes("${")) return `${pinned}#${key}`;
	// Functions of sprig have no prefix there.
	const text = key.replaceAll(/(?<before>\$\{\s*|\|\s*|\()(?<name>[a-z]\w*)/gi, "$<before>sprig_$<name>");
	try {
		const translation = await toHandlebars({ file: place, text, left: "${", right: "}", dot: "other" });
		if (translation.kind === "kept") return new Refusal(translation.reason);
		const field = /^\{\{(?<name>[A-Za-z_]\w*)\}\}$/.exec(translation.text)?.groups?.["name"];
		return field === undefined ? { secret: pinned, template: translation.text } : `${pinned}#${field}`;
	} catch (error) {
		if (error instanceof AgentError) return new Refusal(error.message);
		throw error;
	}
}

/** A field as an expression of Handlebars. */
function fieldOf({ write, path = "", key = "", last }: Groups): string | Refusal {
	if (key.includes("${")) return new Refusal("a template within a text has no counterpart");
	if (write === "") {
		const pinned = last === undefined ? path : `${path}?version=${last}`;
		return `get (secret "${pinned}") "${key}"`;
	}
	const parameters = jsonParameters(last);
	if (parameters === undefined)
		return new Refusal("a write needs parameters, as JSON of texts and numbers behind a second #");
	return `get (secret "${path}" ${parameters}) "${key}"`;
}

function jsonParameters(text: string | undefined): string | undefined {
	if (text === undefined) return undefined;
	try {
		const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
		const isPlain = entries.every(
			([name, value]) =>
				/^[A-Za-z_]\w*$/.test(name) &&
				["string", "number", "boolean"].includes(typeof value) &&
				!/["\\]/.test(String(value)),
		);
		if (!isPlain || entries.length === 0) return undefined;
		return entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(" ");
	} catch {
		return undefined;
	}
}

function set(tree: Record<string, unknown>, way: readonly string[], value: string): void {
	let node = tree;
	for (const step of way.slice(0, -1)) node = (node[step] ??= {}) as Record<string, unknown>;
	node[way.at(-1) ?? ""] = value;
}
