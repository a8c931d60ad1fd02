import { functionTable, parseGo, tokensOf } from "../go/mod.ts";
import { type Holds, Untranslatable } from "./expression.ts";
import { layOut } from "./layout.ts";
import { Writer } from "./statements.ts";
import { tagsOf } from "./tags.ts";

/** What is known of a Go template. */
export interface GoText {
	/** For messages. */
	readonly file: string;
	readonly text: string;
	readonly left: string;
	readonly right: string;
	/** What the dot at the top is about; absent where it is nothing. */
	readonly dot?: Holds;
}

/** A template in Handlebars, or why there is none. */
export type Translation =
	| { readonly kind: "handlebars"; readonly text: string }
	| { readonly kind: "kept"; readonly place: string; readonly reason: string };

/**
 * Says a Go template in Handlebars, so that plain values come out byte for byte as before.
 *
 * @throws GoTemplateError for a text that is no Go template
 */
export async function toHandlebars({ file, text, left, right, dot }: GoText): Promise<Translation> {
	const delimiters = { left, right };
	const words = tokensOf(text, delimiters).filter(({ kind }) => kind === "identifier");
	const { functions, refused } = await functionTable(new Set(words.map((word) => word.text)));
	const known = { names: new Set(functions.keys()), refused };
	const { source, templates } = parseGo(text, { ...delimiters, file, functions: known });
	const writer = new Writer(tagsOf(text, delimiters));
	try {
		if (templates.size > 1) throw new Untranslatable("templates within templates have no counterpart");
		writer.file(templates.get(file) ?? [], dot);
		return { kind: "handlebars", text: layOut(writer.parts) };
	} catch (error) {
		if (!(error instanceof Untranslatable)) throw error;
		const { line, column } = source.place(writer.at);
		return { kind: "kept", place: `${file}:${line}:${column}`, reason: error.message };
	}
}
