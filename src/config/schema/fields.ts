import * as z from "zod/mini";
import { _default as withDefault } from "zod/mini";
import { parseDuration } from "../../kernel/mod.ts";
import { bareNumber } from "../listen-address.ts";
import { pathFault } from "../reference.ts";
import { alternatives, MISSING, wrongWord } from "../words.ts";

// What the schema is written in: each kind of value that a key can have, with the sentence that is said when
// it has another. A sentence never quotes what stood there: it may be a secret.

// A config is checked once: generating code for that costs more than it saves, and needs `new Function`.
z.config({ jitless: true });

const notes = z.registry<{ title: string; description: string }>();

/**
 * Adds to a key what docs/configuration.md and the JSON Schema say about it.
 *
 * @param title kind of value, in a word or two
 * @param description meaning; a default that depends on something else is the last sentence, `Default: ….`
 */
export function note<T extends z.ZodMiniType>(schema: T, title: string, description: string): T {
	notes.add(schema, { title, description });
	return schema;
}

/** What a checked value looks like, defaults included. */
export type Output<T extends z.ZodMiniType> = z.output<T>;

/** A key that may be left out. */
export const optional = z.optional;

/** A key with a default. */
export const defaulted = withDefault;

/** A map that may be left out and then has its keys' own defaults. */
export function orEmpty<T extends z.ZodMiniType>(schema: T): z.ZodMiniPrefault<T> {
	return z.prefault(schema, {} as z.input<T>);
}

/** The sentence for a value that is not there or of another kind. */
function expects(what: string): { error: (issue: { readonly input?: unknown }) => string } {
	return { error: ({ input }) => (input === undefined ? MISSING : `expected ${what}`) };
}

/** A check that gives the sentence about what is wrong, or nothing. */
export function refuse<T>(fault: (value: T) => string | undefined) {
	return z.check<T>((context) => {
		const message = fault(context.value);
		if (message !== undefined) context.issues.push({ code: "custom", input: context.value, message });
	});
}

/** A map with these keys alone. The message of an unknown key is the list of the known ones; check.ts words it. */
export function keys<T extends z.core.$ZodLooseShape>(shape: T) {
	return z.strictObject(shape, {
		error: ({ code, input }) => {
			if (code === "unrecognized_keys") return Object.keys(shape).join(" ");
			return input === undefined ? MISSING : `expected a map with ${alternatives(Object.keys(shape))}`;
		},
	});
}

/** A map whose keys are names of variables. */
export function map<T extends z.ZodMiniType>(value: T, what: string) {
	const name = z.regex(
		/^[A-Za-z_][A-Za-z0-9_]*$/,
		"expected a variable's name: letters, digits and _, no digit first",
	);
	return z.record(z.string().check(name), value, expects(what));
}

export function list<T extends z.ZodMiniType>(item: T, what: string) {
	return z.array(item, expects(what));
}

/** One of several kinds. `sentence` is for a value that is none of them. */
export function oneOf<const T extends readonly z.ZodMiniType[]>(
	kinds: T,
	sentence: (input: unknown) => string,
) {
	return z.union(kinds, { error: ({ input }) => (input === undefined ? MISSING : sentence(input)) });
}

/** Text that is not empty. */
export function text(what = "text") {
	return z.string(expects(what)).check(z.minLength(1, `expected ${what}, found nothing`));
}

/** An address to listen on. A port alone that is not quoted is a number, and told how to be written. */
export function address(fault: (value: string) => string | undefined) {
	const kind = z.string({
		error: ({ input }) => {
			if (input === undefined) return MISSING;
			return `expected ${typeof input === "number" ? bareNumber(input) : "an address"}`;
		},
	});
	return kind.check(z.minLength(1, "expected an address, found nothing"), refuse(fault));
}

/** Any text; shared by keys that may be left out, for every schema that is built costs time at start. */
export const someText = text();

/** The path of a file; shared likewise. */
export const path = text("the path of a file");

/** A path in Vault, without a field. */
export const vaultPath = text("a path in Vault").check(
	refuse((value) => (value.includes("#") ? 'expected a path without "#field"' : pathFault(value))),
);

export const flag = z.boolean(expects("true or false"));

export function octalMode() {
	const spelling = z.regex(/^0?[0-7]{3}$/, 'expected a file mode such as "0600"');
	return z.string(expects('a file mode in quotes, such as "0600"')).check(spelling);
}

/** A user or a group. */
export const owner = z.union([someText, z.int().check(z.nonnegative())], expects("a name or a number"));

export function always() {
	return z.literal(true);
}

export function word<const T extends readonly string[]>(words: T) {
	return z.enum(words, { error: ({ input }) => wrongWord(input, words) });
}

const DURATION = "a duration such as 500ms, 30s, 5m or 24h, or a number of seconds";

/** @param least shortest span allowed, as written */
export function duration(least = "0s") {
	const spelling = z
		.string()
		.check(z.regex(/^(\d+(\.\d+)?(ms|s|m|h))+$|^\d+(\.\d+)?$/, `expected ${DURATION}`));
	return z.union([spelling, z.number()], expects(DURATION)).check(
		refuse((value) => {
			const ms = parseDuration(value);
			if (ms === undefined) return `expected ${DURATION}`;
			return ms < (parseDuration(least) ?? 0) ? `expected at least ${least}` : undefined;
		}),
	);
}

/** A number without a fraction. */
export function whole(least: number) {
	const what = `a whole number, ${least} or more`;
	return z.int(expects(what)).check(z.gte(least, `expected ${what}`));
}

/** A duration that is not nothing. */
export const span = duration("1ms");

/** A pace at which Vault may be asked. */
export const pace = duration("1s");

const COMMAND = "expected a list such as [litellm, --config, config.yaml]";

/** Words of a command line. Numbers and booleans are taken as they are written. */
export function command() {
	const one = z.union([z.string(), z.number(), z.boolean()], expects("text"));
	const error = ({ input }: { readonly input?: unknown }) =>
		typeof input === "string" ? `${COMMAND}, not one string: there is no shell that takes it apart` : COMMAND;
	const fault = ([program = ""]: readonly unknown[]) =>
		program === "" ? "expected the program to start as the first of the list" : undefined;
	return z.array(one, { error }).check(refuse(fault));
}

/** Signals that a child can act on. */
export const SIGNALS: readonly NodeJS.Signals[] = [
	"SIGHUP",
	"SIGINT",
	"SIGQUIT",
	"SIGTERM",
	"SIGUSR1",
	"SIGUSR2",
	"SIGWINCH",
	"SIGALRM",
	"SIGCONT",
	"SIGIO",
	"SIGURG",
	"SIGVTALRM",
	"SIGPROF",
];

export function signal(words = SIGNALS) {
	const error = ({ input }: { readonly input?: unknown }) => {
		const full = typeof input === "string" ? `SIG${input.toUpperCase()}` : undefined;
		const meant = words.some((known) => known === full) ? full : input; // as `kill -TERM` has it
		return wrongWord(meant, words, "a signal such as SIGHUP");
	};
	return z.enum(words, { error });
}

/** The sentence for a map that has none of these keys, or more than one. */
export function exactlyOne(value: object, names: readonly string[]): string | undefined {
	const given = names.filter((name) => name in value);
	if (given.length === 1) return undefined;
	return given.length === 0 ? `expected ${alternatives(names)}` : `expected only one of ${given.join(", ")}`;
}

/** JSON Schema (draft 2020-12) of what may be written, with the notes. */
export function jsonSchemaOf(schema: z.ZodMiniType): object {
	return z.toJSONSchema(schema, { io: "input", metadata: notes, target: "draft-2020-12" });
}

/** One thing that a schema has to say about a value. */
export type Issue = z.core.$ZodIssue;

/** The value with its defaults, or what is wrong with it. */
export function checkAgainst<T extends z.ZodMiniType>(
	schema: T,
	value: unknown,
): { readonly output: z.output<T> } | { readonly issues: readonly Issue[] } {
	const result = z.safeParse(schema, value);
	return result.success ? { output: result.data } : { issues: result.error.issues };
}
