/** Lines of comment above a key, by its way: `templates.0.mode`. */
export type Comments = ReadonlyMap<string, string>;

/** Words that YAML 1.1 or 1.2 take for something else than a text. */
const WORDS = /^(?:true|false|yes|no|on|off|y|n|null|~|\.inf|\.nan)$/i;
const SAFE = /^[A-Za-z_/][\w./@+-]*$/;

/** Settings as a YAML file. Texts of several lines stand as blocks, and what could mean something else in quotes. */
export function yamlText(settings: Readonly<Record<string, unknown>>, comments: Comments): string {
	return `${mapLines(settings, { way: [], comments }).join("\n")}\n`;
}

interface Where {
	readonly way: readonly string[];
	readonly comments: Comments;
}

function mapLines(map: Readonly<Record<string, unknown>>, { way, comments }: Where): string[] {
	return Object.entries(map).flatMap(([key, value]) => {
		if (value === undefined) return [];
		const inner = { way: [...way, key], comments };
		const comment = comments.get(inner.way.join("."));
		const [first = "", ...rest] = valueLines(value, inner);
		return [...(comment?.split("\n").map((line) => `# ${line}`) ?? []), `${scalar(key)}:${first}`, ...rest];
	});
}

/** The first goes behind the key. */
function valueLines(value: unknown, where: Where): string[] {
	if (Array.isArray(value)) return value.length === 0 ? [" []"] : ["", ...listLines(value, where)];
	if (isMap(value)) {
		const lines = mapLines(value, where);
		return lines.length === 0 ? [" {}"] : ["", ...lines.map(indented)];
	}
	if (typeof value === "string" && isBlock(value)) return blockLines(value);
	return [` ${scalar(value)}`];
}

function listLines(list: readonly unknown[], where: Where): string[] {
	return list.flatMap((item, index) => {
		if (!isMap(item)) {
			const [first = "", ...rest] = Array.isArray(item)
				? [` ${JSON.stringify(item)}`]
				: valueLines(item, where);
			return [`  -${first}`, ...rest.map(indented)];
		}
		const lines = mapLines(item, { ...where, way: [...where.way, String(index)] });
		if (lines.length === 0) return ["  - {}"];
		// A dash before a comment would be an item without anything.
		const start = lines.findIndex((line) => !line.startsWith("#"));
		const [first = "", ...rest] = lines.slice(start);
		return [
			...lines.slice(0, start).map(indented),
			`  - ${first}`,
			...rest.map((line) => indented(indented(line))),
		];
	});
}

const indented = (line: string): string => (line === "" ? "" : `  ${line}`);

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a block gives back as it is. */
function isBlock(text: string): boolean {
	return text.includes("\n") && !/^[ \n]|[^\P{C}\n\t]|\u2028|\u2029/u.test(text);
}

function blockLines(text: string): string[] {
	const ends = /\n*$/.exec(text)?.[0].length ?? 0;
	const sign = ends === 0 ? "-" : ends === 1 ? "" : "+";
	const body = text.replace(/\n$/, "").split("\n");
	return [` |${sign}`, ...body.map((line) => (line === "" ? "" : `  ${line}`))];
}

function scalar(value: unknown): string {
	if (typeof value !== "string") return JSON.stringify(value ?? null);
	return SAFE.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
}
