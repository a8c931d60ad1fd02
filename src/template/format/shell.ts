import { type Format, Unplaceable } from "./format.ts";
import { type ShellRole, shellRoles } from "./shell-grammar.ts";
import { HEREDOC_REFUSAL, refusalAt, type ShellRefusal } from "./shell-place.ts";
import { readShellTokens, type ShellPart, type ShellToken } from "./shell-tokens.ts";
import { TextCursor } from "./text-cursor.ts";

/** Where a value stands in a shell text. */
export type ShellContext = "bare" | "single" | "double" | "comment" | ShellRefusal;

/** From `start` on a value is in this context, up to the next stretch. */
interface Stretch {
	readonly start: number;
	contextAt(index: number): ShellContext;
}

/**
 * A file of assignments that sh, dash and bash `source`.
 *
 * Values stand in assignments (`NAME=…`, also after `export`, `readonly` and `local`), as arguments of the few
 * commands that take text for text, and in comments. Where a shell would run, expand, open or name something
 * by the value, no quoting helps and the value is refused.
 */
export const shellFormat: Format<ShellContext> = {
	hasNames: true,
	lex(text, markers) {
		const cursor = new TextCursor(text);
		const tokens = readShellTokens(cursor);
		const roles = shellRoles(tokens, cursor);
		const stretches = tokens.flatMap((token) => stretchesOf(token, roles.get(token)));
		const contexts = new Map<number, ShellContext>();
		let here = 0;
		for (const found of text.matchAll(markers)) {
			while ((stretches[here + 1]?.start ?? Number.POSITIVE_INFINITY) <= found.index) here++;
			const context = stretches[here]?.contextAt(found.index);
			if (context !== undefined) contexts.set(Number(found[1]), context);
		}
		return contexts;
	},

	escape(value, context) {
		const text = String(value);
		if (typeof context === "object") throw new Unplaceable(context.reason, context.advice);
		if (text.includes("\0")) {
			throw new Unplaceable(
				"has a NUL character, which no shell variable can hold",
				"store it base64-encoded",
			);
		}
		switch (context) {
			case "bare":
				return `'${escapeSingle(text)}'`;
			case "single":
				return escapeSingle(text);
			case "double":
				return text.replaceAll(/[\\"$`]/g, "\\$&");
			case "comment":
				if (!/[\n\r]/.test(text)) return text;
				throw new Unplaceable("has a newline and cannot stand in a comment", "take it out of the comment");
			default:
				return context satisfies never;
		}
	},

	/**
	 * Every word in order, operators between: unquoted text as `{ bare }`, because the shell may still see a
	 * pattern or a tilde in it, what it expands as `{ expands }`, the rest as the text that quote removal leaves.
	 */
	parse(text) {
		const cursor = new TextCursor(text);
		const tokens = readShellTokens(cursor);
		shellRoles(tokens, cursor);
		return tokens
			.filter(({ kind }) => kind !== "comment")
			.map((token) => (token.kind === "word" ? pieces(token.parts) : token.text));
	},
};

/** POSIX 2.2.2: within single quotes nothing is special and no single quote can stand. */
function escapeSingle(text: string): string {
	return text.replaceAll("'", "'\\''");
}

function stretchesOf(token: ShellToken, role: ShellRole | undefined): Stretch[] {
	if (token.kind === "word" && role !== undefined) {
		return token.parts.map((part) => ({
			start: part.start,
			contextAt: (index) => refusalAt(index, part, { word: token, role }) ?? quotingOf(part),
		}));
	}
	if (token.kind === "comment") return [{ start: token.start, contextAt: () => "comment" }];
	if (token.kind === "heredoc") return [{ start: token.start, contextAt: () => HEREDOC_REFUSAL }];
	return [];
}

function quotingOf(part: ShellPart): "bare" | "single" | "double" {
	return part.kind === "single" ? "single" : part.inDouble ? "double" : "bare";
}

type Piece = string | { readonly bare: string } | { readonly expands: string; readonly inDouble: boolean };

function pieces(parts: readonly ShellPart[]): Piece[] {
	const result: Piece[] = [];
	for (const { kind, value, inDouble } of parts) {
		const last = result.at(-1);
		if (kind === "expansion") result.push({ expands: value, inDouble });
		else if (kind === "bare") result.push({ bare: value });
		else if (typeof last === "string") result[result.length - 1] = last + value;
		else result.push(value);
	}
	return result;
}
