import { literalText, type ShellToken, type ShellWord, valueStartOf } from "./shell-tokens.ts";
import type { TextCursor } from "./text-cursor.ts";

/** What a word is to the shell. */
export type ShellRole =
	/** No value can be in it: `if`, the `2` of `2>`. */
	| { readonly kind: "reserved" }
	/** `NAME=value` before a command or alone; the value begins at `valueStart`. */
	| { readonly kind: "assignment"; readonly valueStart: number }
	| { readonly kind: "command" }
	| { readonly kind: "argument"; readonly command: string; readonly before: readonly ShellWord[] }
	| { readonly kind: "redirection" }
	/** Anywhere between `case` and `esac`. */
	| { readonly kind: "in-case" };

type State =
	| { readonly kind: "start" | "prefix" | "closed" | "case-subject" | "case-in" | "pattern" }
	| { readonly kind: "arguments"; readonly command: string; readonly before: readonly ShellWord[] };

const OPENING_WORDS = new Set(["if", "then", "else", "elif", "while", "until", "do", "!", "{"]);
const CLOSING_WORDS = new Set(["fi", "done", "}"]);
/** Of other shells: with a grammar of their own, or giving variables whose values are computed. */
const FOREIGN_WORDS = new Set(["[[", "function", "select", "coproc", "declare", "typeset"]);

/**
 * Tells what each word is (POSIX.1-2024, Shell Command Language, 2.9 Shell Commands and 2.10 Shell Grammar).
 *
 * @param cursor of the tokens' text, for messages
 * @throws SyntaxError where the text is no POSIX sh that can be followed
 */
export function shellRoles(
	tokens: readonly ShellToken[],
	cursor: TextCursor,
): ReadonlyMap<ShellToken, ShellRole> {
	const grammar = new ShellGrammar(cursor);
	const roles = new Map<ShellToken, ShellRole>();
	tokens.forEach((token, index) => {
		if (token.kind === "word") roles.set(token, grammar.word(token, tokens[index + 1]));
		else if (token.kind === "operator") grammar.operator(token.text, token.start);
	});
	grammar.end();
	return roles;
}

/** Follows the grammar as far as the role of a word depends on it. */
class ShellGrammar {
	readonly #cursor: TextCursor;
	readonly #open: { readonly kind: "group" | "function" | "case"; readonly start: number }[] = [];
	#state: State = { kind: "start" };
	#awaitsFile = false;

	constructor(cursor: TextCursor) {
		this.#cursor = cursor;
	}

	/** @param next tells whether a number belongs to a redirection, as in `2>` */
	word(word: ShellWord, next: ShellToken | undefined): ShellRole {
		const isInCase = this.#open.some(({ kind }) => kind === "case");
		const role = this.#role(word, next);
		return isInCase ? { kind: "in-case" } : role;
	}

	operator(text: string, start: number): void {
		if (this.#awaitsFile) this.#cursor.fail("a redirection without a file", start);
		if (/^[<>]/.test(text)) this.#awaitsFile = true;
		else if (text === "(") this.#openParen(start);
		else if (text === ")") this.#closeParen(start);
		else if (text === ";;") {
			if (this.#open.at(-1)?.kind !== "case") this.#cursor.fail('";;" outside of "case"', start);
			this.#state = { kind: "pattern" };
		} else if (!["case-subject", "case-in", "pattern"].includes(this.#state.kind))
			this.#state = { kind: "start" };
	}

	end(): void {
		const left = this.#open.at(-1);
		if (left !== undefined) {
			this.#cursor.fail(`${left.kind === "case" ? '"case"' : '"("'} is never closed`, left.start);
		}
		if (this.#awaitsFile) this.#cursor.fail("a redirection without a file");
	}

	#openParen(start: number): void {
		if (this.#state.kind === "pattern") return;
		const isFunction = this.#state.kind === "arguments" && this.#state.before.length === 0;
		if (!isFunction && this.#state.kind !== "start")
			this.#cursor.fail('"(" after a word is not of POSIX sh', start);
		this.#open.push({ kind: isFunction ? "function" : "group", start });
	}

	#closeParen(start: number): void {
		if (this.#state.kind === "pattern") {
			this.#state = { kind: "start" };
			return;
		}
		const opened = this.#open.pop();
		if (opened === undefined || opened.kind === "case") this.#cursor.fail('")" without "("', start);
		this.#state = { kind: opened?.kind === "function" ? "start" : "closed" };
	}

	#role(word: ShellWord, next: ShellToken | undefined): ShellRole {
		if (this.#awaitsFile) {
			this.#awaitsFile = false;
			return { kind: "redirection" };
		}
		if (isDescriptor(word, next)) return { kind: "reserved" };
		const state = this.#state;
		switch (state.kind) {
			case "start":
				return this.#reserved(word) ? { kind: "reserved" } : this.#command(word);
			case "prefix":
				return this.#command(word);
			case "arguments":
				this.#state = { ...state, before: [...state.before, word] };
				if (state.command === "local") this.#refuseOption(word);
				return { ...state, kind: "argument" };
			case "closed":
				return { kind: "command" };
			case "case-subject":
				this.#state = { kind: "case-in" };
				return { kind: "in-case" };
			case "case-in":
				if (bareText(word) !== "in") this.#cursor.fail('"case" without "in"', word.start);
				this.#state = { kind: "pattern" };
				return { kind: "in-case" };
			case "pattern":
				if (bareText(word) === "esac") this.#reserved(word);
				return { kind: "in-case" };
			default:
				return state satisfies never;
		}
	}

	/** `local -i` gives a variable whose values are computed, `local -n` one that names another. */
	#refuseOption(word: ShellWord): void {
		if (literalText(word)?.startsWith("-"))
			this.#cursor.fail('an option of "local" is not of POSIX sh', word.start);
	}

	/** Whether the word is a reserved one; then the state has followed it. */
	#reserved(word: ShellWord): boolean {
		const text = bareText(word);
		if (text === "case") {
			this.#open.push({ kind: "case", start: word.start });
			this.#state = { kind: "case-subject" };
			return true;
		}
		if (text === "esac") {
			if (this.#open.pop()?.kind !== "case") this.#cursor.fail('"esac" without "case"', word.start);
			this.#state = { kind: "closed" };
			return true;
		}
		if (CLOSING_WORDS.has(text)) this.#state = { kind: "closed" };
		return CLOSING_WORDS.has(text) || OPENING_WORDS.has(text);
	}

	#command(word: ShellWord): ShellRole {
		const first = word.parts[0];
		const valueStart = first?.kind === "bare" ? valueStartOf(first) : undefined;
		if (valueStart !== undefined) {
			this.#state = { kind: "prefix" };
			return { kind: "assignment", valueStart };
		}
		const command = literalText(word) ?? "";
		if (FOREIGN_WORDS.has(command)) this.#cursor.fail(`"${command}" is not of POSIX sh`, word.start);
		this.#state = { kind: "arguments", command, before: [] };
		return { kind: "command" };
	}
}

function isDescriptor(word: ShellWord, next: ShellToken | undefined): boolean {
	const touches = next?.kind === "operator" && next.start === word.end && /^[<>]/.test(next.text);
	return touches && /^\d+$/.test(bareText(word));
}

/** The word when nothing in it is quoted, as a reserved word has to be. */
function bareText(word: ShellWord): string {
	const [only, ...others] = word.parts;
	return only?.kind === "bare" && others.length === 0 ? only.value : "";
}
