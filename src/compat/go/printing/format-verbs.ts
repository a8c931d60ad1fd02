import { type Flags, PLAIN } from "./format-flags.ts";
import { formatValue } from "./format-value.ts";
import { checkLength } from "../values/bounds.ts";
import { typeName } from "../values/types.ts";
import { GoInteger, type GoValue } from "../values/values.ts";

/** Beyond it a width or a precision is none, in Go too. */
const MOST_WIDTH = 1_000_000;

/** Go's `Sprintf`. What does not fit is told in the text, as in Go. @throws GoFault for what would be too long */
export function sprintf(format: string, args: readonly GoValue[]): string {
	return new Printf(format, args).run();
}

class Printf {
	readonly #format: string;
	readonly #args: readonly GoValue[];
	#at = 0;
	#next = 0;
	#text = "";
	/** The format has named an argument by its number. */
	#isReordered = false;
	/** The number that it named is one of an argument. */
	#isGood = true;
	/** What stands before is such a number. */
	#isAfterIndex = false;

	constructor(format: string, args: readonly GoValue[]) {
		this.#format = format;
		this.#args = args;
	}

	run(): string {
		while (this.#at < this.#format.length) {
			const found = this.#format.indexOf("%", this.#at);
			const end = found < 0 ? this.#format.length : found;
			this.#write(this.#format.slice(this.#at, end));
			this.#at = end + 1;
			if (found >= 0 && !this.#directive()) break;
		}
		if (!this.#isReordered && this.#next < this.#args.length) this.#extra();
		return this.#text;
	}

	#write(text: string): void {
		checkLength(this.#text.length + text.length);
		this.#text += text;
	}

	/** Gives whether there was a verb. */
	#directive(): boolean {
		this.#isGood = true;
		this.#isAfterIndex = false;
		let flags = this.#flags();
		this.#index();
		flags = this.#width(flags);
		flags = this.#precision(flags);
		if (!this.#isAfterIndex) this.#index();
		const code = this.#format.codePointAt(this.#at);
		if (code === undefined) {
			this.#write("%!(NOVERB)");
			return false;
		}
		const verb = String.fromCodePoint(code);
		this.#at += verb.length;
		if (verb === "%") this.#write("%");
		else if (!this.#isGood) this.#write(`%!${verb}(BADINDEX)`);
		else if (this.#next >= this.#args.length) this.#write(`%!${verb}(MISSING)`);
		else this.#write(formatValue(this.#args[this.#next++], verb, flagsFor(verb, flags)));
		return true;
	}

	#flags(): Flags {
		let flags = PLAIN;
		for (; ; this.#at++) {
			const flag = FLAGS.get(this.#format[this.#at] ?? "");
			if (flag === undefined) return flags;
			flags = { ...flags, [flag]: true };
		}
	}

	#width(flags: Flags): Flags {
		if (this.#format[this.#at] !== "*") {
			const width = this.#number();
			if (this.#isAfterIndex && width !== undefined) this.#isGood = false;
			return width === undefined ? flags : { ...flags, width };
		}
		this.#at++;
		this.#isAfterIndex = false;
		const width = this.#integerArgument();
		if (width === undefined) this.#write("%!(BADWIDTH)");
		if (width === undefined || width >= 0) return width === undefined ? flags : { ...flags, width };
		return { ...flags, width: -width, isLeft: true, hasZeros: false };
	}

	#precision(flags: Flags): Flags {
		// A point that ends the format is a verb of its own.
		if (this.#format[this.#at] !== "." || this.#at + 1 >= this.#format.length) return flags;
		this.#at++;
		if (this.#isAfterIndex) this.#isGood = false;
		this.#index();
		if (this.#format[this.#at] !== "*") return { ...flags, precision: this.#number() ?? 0 };
		this.#at++;
		this.#isAfterIndex = false;
		const precision = this.#integerArgument();
		if (precision !== undefined && precision >= 0) return { ...flags, precision };
		this.#write("%!(BADPREC)");
		return flags;
	}

	/** `[n]` */
	#index(): void {
		this.#isAfterIndex = false;
		if (this.#format[this.#at] !== "[") return;
		this.#isReordered = true;
		const end = this.#format.indexOf("]", this.#at);
		const inner = end < 0 ? "" : this.#format.slice(this.#at + 1, end);
		const number = /^\d{1,7}$/.test(inner) ? Number(inner) : undefined;
		this.#at = end < 0 || this.#format.length - this.#at < 3 ? this.#at + 1 : end + 1;
		this.#isAfterIndex = number !== undefined;
		if (number !== undefined && number >= 1 && number <= this.#args.length) this.#next = number - 1;
		else this.#isGood = false;
	}

	#number(): number | undefined {
		const begin = this.#at;
		while (/^\d$/.test(this.#format[this.#at] ?? "")) this.#at++;
		if (this.#at === begin) return undefined;
		const number = Number(this.#format.slice(begin, this.#at));
		if (number <= MOST_WIDTH) return number;
		// Go gives up on the rest of a format with such a number.
		this.#at = this.#format.length;
		return undefined;
	}

	#integerArgument(): number | undefined {
		if (this.#next >= this.#args.length) return undefined;
		const value = this.#args[this.#next++];
		const number = value instanceof GoInteger ? Number(value.value) : Number.NaN;
		return Math.abs(number) <= MOST_WIDTH ? number : undefined;
	}

	#extra(): void {
		const rest = this.#args.slice(this.#next).map((value) => {
			return value === undefined ? "<nil>" : `${typeName(value)}=${formatValue(value, "v", PLAIN)}`;
		});
		this.#write(`%!(EXTRA ${rest.join(", ")})`);
	}
}

const FLAGS: ReadonlyMap<string, keyof Flags> = new Map([
	["#", "isAlternate"],
	["0", "hasZeros"],
	["+", "hasSign"],
	["-", "isLeft"],
	[" ", "hasBlank"],
]);

/** Of `%v` the signs mean something else. */
function flagsFor(verb: string, flags: Flags): Flags {
	if (verb !== "v" && verb !== "w") return flags;
	const { isAlternate, hasSign } = flags;
	return { ...flags, isSource: isAlternate, isAlternate: false, hasNames: hasSign, hasSign: false };
}
