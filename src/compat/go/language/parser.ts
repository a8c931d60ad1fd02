import { tokensOf } from "./lexer.ts";
import type { BranchNode, List, PipeNode, Statement, TemplateNode } from "./nodes.ts";
import { DEEPEST, type KnownFunctions, PipelineParser } from "./pipeline-parser.ts";
import { quoted } from "../printing/quote.ts";
import { Source } from "./source.ts";
import type { Token } from "./token.ts";
import { TokenReader } from "./token-reader.ts";

/** A parsed file: the templates in it by name; its own has the file's. */
export interface GoProgram {
	readonly source: Source;
	readonly templates: ReadonlyMap<string, List>;
}

/** What a template is written with. */
export interface GoSyntax {
	/** Name of the file's own template, and the one of messages. */
	readonly file: string;
	readonly left: string;
	readonly right: string;
	readonly functions: KnownFunctions;
}

/** @throws GoTemplateError for what cannot be read, and for functions that are not there */
export function parseGo(text: string, syntax: GoSyntax): GoProgram {
	const source = new Source(syntax.file, text);
	const templates = new Map<string, List>();
	const reader = new TokenReader(tokensOf(text, syntax), source);
	const parser = new Parser({ reader, syntax, templates });
	const root = parser.file();
	parser.add(syntax.file, root);
	return { source, templates };
}

interface Surroundings {
	readonly reader: TokenReader;
	readonly syntax: GoSyntax;
	readonly templates: Map<string, List>;
}

/** What waits for its `{{end}}`. */
interface Open<Word = BranchNode["kind"] | "block" | "define"> {
	readonly word: Word;
	/** Where its braces begin. */
	readonly at: number;
}

/** How a list of statements ended. */
interface Ended {
	readonly list: List;
	/** `{{else}}` may go on with `if` or `with`, which has not been read yet. */
	readonly by: "end" | "else";
}

/** Reads one template; those that are defined in it are read by parsers of their own. */
class Parser {
	readonly #surroundings: Surroundings;
	readonly #reader: TokenReader;
	readonly #pipelines: PipelineParser;
	#ranges = 0;
	#depth: number;

	constructor(surroundings: Surroundings, depth = 0) {
		this.#surroundings = surroundings;
		this.#reader = surroundings.reader;
		this.#pipelines = new PipelineParser(surroundings.reader, surroundings.syntax.functions);
		this.#depth = depth;
	}

	file(): List {
		const list: Statement[] = [];
		for (;;) {
			const mark = this.#reader.mark();
			const token = this.#reader.next();
			if (token.kind === "eof") return list;
			if (token.kind === "leftDelimiter" && isWord(this.#reader.nextNonSpace(), "define")) {
				new Parser(this.#surroundings).#definition(token.at);
				continue;
			}
			this.#reader.goBack(mark);
			const statement = this.#statement();
			if (typeof statement === "string") this.#reader.fail(`unexpected {{${statement}}}`);
			else list.push(statement);
		}
	}

	/** A template that is empty gives way to one that is not. */
	add(name: string, list: List): void {
		const { templates } = this.#surroundings;
		const before = templates.get(name);
		if (before === undefined || isEmpty(before)) templates.set(name, list);
		else if (!isEmpty(list)) this.#reader.fail(`template: multiple definition of template ${quoted(name)}`);
	}

	#definition(at: number): void {
		const context = "define clause";
		const name = this.#pipelines.text(this.#reader.expect(["string", "rawString"], context));
		this.#reader.expect(["rightDelimiter"], context);
		this.#body(name, { word: "define", at });
	}

	/**
	 * What stands in a `define` or a `block`.
	 *
	 * @param head what was read last of the clause; Go counts an `{{else}}` in a block to it
	 */
	#body(name: string, open: Open, head?: Token): void {
		const { list, by } = this.#list(open);
		if (by !== "end") this.#reader.fail(`unexpected {{${by}}} in ${open.word} clause`, head);
		this.add(name, list);
	}

	#list(open: Open): Ended {
		if (++this.#depth > DEEPEST) this.#reader.fail("max expression depth exceeded");
		const list: Statement[] = [];
		while (this.#reader.peekNonSpace().kind !== "eof") {
			const statement = this.#statement();
			if (typeof statement === "string") {
				this.#depth--;
				return { list, by: statement };
			}
			list.push(statement);
		}
		return this.#reader.fail("unexpected EOF", this.#reader.last(), this.#closing(open));
	}

	#closing({ word, at }: Open): string {
		const { left, right } = this.#surroundings.syntax;
		const { line, column } = this.#reader.source.place(at);
		return `close the ${left} ${word} ${right} of line ${line}:${column} with ${left} end ${right}`;
	}

	#statement(): Statement | "end" | "else" {
		const token = this.#reader.nextNonSpace();
		if (token.kind === "text") return { kind: "text", at: token.at, text: token.text };
		if (token.kind !== "leftDelimiter") return this.#reader.unexpected(token, "input");
		this.#reader.actionLine = this.#reader.source.place(token.at).line;
		const statement = this.#action(token.at);
		this.#reader.actionLine = undefined;
		return statement;
	}

	/** @param begin where its braces begin */
	#action(begin: number): Statement | "end" | "else" {
		const mark = this.#reader.mark();
		const token = this.#reader.nextNonSpace();
		switch (token.kind === "keyword" ? token.text : "") {
			case "block":
				return this.#block(begin);
			case "break":
			case "continue":
				return this.#leaving(token);
			case "else":
				return this.#else();
			case "end":
				this.#reader.expect(["rightDelimiter"], "end");
				return "end";
			case "if":
				return this.#branch({ word: "if", at: begin });
			case "range":
				return this.#branch({ word: "range", at: begin });
			case "template":
				return this.#template();
			case "with":
				return this.#branch({ word: "with", at: begin });
			default: {
				this.#reader.goBack(mark);
				const { at } = this.#reader.peekNonSpace();
				return { kind: "action", at, pipe: this.#pipelines.pipeline("command") };
			}
		}
	}

	#leaving({ at, text }: Token): Statement {
		const token = this.#reader.nextNonSpace();
		if (token.kind !== "rightDelimiter") this.#reader.unexpected(token, `{{${text}}}`);
		if (this.#ranges === 0) this.#reader.fail(`{{${text}}} outside {{range}}`);
		return { kind: text === "break" ? "break" : "continue", at };
	}

	#else(): "else" {
		const next = this.#reader.peekNonSpace();
		if (!isWord(next, "if") && !isWord(next, "with")) this.#reader.expect(["rightDelimiter"], "else");
		return "else";
	}

	#branch(open: Open<BranchNode["kind"]>): BranchNode {
		const { word: kind } = open;
		const { variables } = this.#pipelines;
		const known = variables.length;
		const pipe = this.#pipelines.pipeline(kind);
		if (kind === "range") this.#ranges++;
		const body = this.#list(open);
		if (kind === "range") this.#ranges--;
		const otherwise = body.by === "else" ? this.#otherwise(open) : undefined;
		variables.length = known;
		return { kind, at: pipe.at, pipe, body: body.list, ...(otherwise && { otherwise }) };
	}

	/** `{{else if}}` and `{{else with}}` hold one more block, with one `{{end}}` for both. */
	#otherwise(open: Open<BranchNode["kind"]>): List {
		if (open.word !== "range" && isWord(this.#reader.peek(), open.word)) {
			this.#reader.next();
			if (++this.#depth > DEEPEST) this.#reader.fail("max expression depth exceeded");
			const branch = this.#branch(open);
			this.#depth--;
			return [branch];
		}
		const { list, by } = this.#list(open);
		return by === "end" ? list : this.#reader.fail(`expected end; found {{${by}}}`);
	}

	#block(begin: number): TemplateNode {
		const context = "block clause";
		const { at, name } = this.#templateName(context);
		const pipe = this.#pipelines.pipeline(context);
		const open: Open = { word: "block", at: begin };
		new Parser(this.#surroundings, this.#depth).#body(name, open, this.#reader.last());
		return { kind: "template", at, name, pipe };
	}

	#template(): TemplateNode {
		const context = "template clause";
		const { at, name } = this.#templateName(context);
		const mark = this.#reader.mark();
		if (this.#reader.nextNonSpace().kind === "rightDelimiter") return { kind: "template", at, name };
		this.#reader.goBack(mark);
		const pipe: PipeNode = this.#pipelines.pipeline(context);
		return { kind: "template", at, name, pipe };
	}

	#templateName(context: string): { at: number; name: string } {
		const token = this.#reader.nextNonSpace();
		if (token.kind !== "string" && token.kind !== "rawString") this.#reader.unexpected(token, context);
		return { at: token.at, name: this.#pipelines.text(token) };
	}
}

function isWord(token: Token, word: string): boolean {
	return token.kind === "keyword" && token.text === word;
}

/** Nothing but spaces and comments. */
function isEmpty(list: List): boolean {
	return list.every((statement) => statement.kind === "text" && statement.text.trim() === "");
}
