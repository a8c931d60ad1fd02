import { isPlainName, unknownKey } from "../../config/mod.ts";
import type { Findings } from "../findings.ts";
import type { HclItem, HclValue } from "./body.ts";
import { at, type Found, Keys, originsOf, type Part, type Source } from "./keys.ts";
import {
	type DurationUnit,
	takeBool,
	takeDuration,
	takeInteger,
	takeMode,
	takeNumber,
	takeText,
	type Taken,
} from "./scalar.ts";
import { type Block, blocksOf, labelledBlocksOf } from "./shapes.ts";

/** A value that was given, with what messages call it. */
export interface Given<T> {
	readonly value: T;
	/** `agent.hcl:12:3`. */
	readonly place: string;
	/** `template[0].perms`. */
	readonly name: string;
}

/**
 * A stanza that is taken apart key by key. It knows which keys were asked for, in whatever case they are written, and
 * {@link done} speaks of the others. What is of another kind than asked for is told to the findings and counts as absent.
 * Of several files, the later one's values win.
 *
 * ```ts
 * const findings = new Findings({ strict: false });
 * const draft = new Draft();
 * const top = Stanza.top([{ name: "agent.hcl", body: readBody("agent.hcl", text) }], findings);
 *
 * const vault = top.block("vault");
 * draft.put(["vault", "address"], vault?.text("address"));
 * vault?.done();
 *
 * for (const [index, template] of top.blocks("template").entries()) {
 * 	const perms = template.mode("perms");
 * 	draft.put(["templates", index, "mode"], perms);
 * 	draft.set(["templates", index, "keep_mode"], perms === undefined, template.place);
 * 	template.done("refuse");
 * }
 *
 * const method = top.block("auto_auth")?.labelled("method", ["type", "config", "mount_path"])[0];
 * const type = method?.text("type") ?? method?.label; // method "kubernetes" { … }, or the same in JSON
 *
 * top.ignore("disable_mlock");
 * top.done();
 * const settings = draft.finish([{ name: "agent.hcl", path: "/etc/agent.hcl" }], findings);
 * ```
 */
export class Stanza {
	/** Where the stanza begins. */
	readonly place: string;
	/** `template[0]`; empty at the top. */
	readonly name: string;
	/** `sink "file"`, for one. */
	readonly label: Given<string> | undefined;
	readonly #keys: Keys;
	readonly #findings: Findings;

	private constructor(
		parts: readonly Part[],
		about: { readonly place: string; readonly name: string; readonly label?: Given<string> },
		findings: Findings,
	) {
		this.#keys = new Keys(parts);
		this.place = about.place;
		this.name = about.name;
		this.label = about.label;
		this.#findings = findings;
	}

	/** All of a config. */
	static top(files: readonly Source[], findings: Findings): Stanza {
		const parts = files.map(({ name, ...part }) => ({ file: name, ...part }));
		const [place = ""] = originsOf(files);
		return new Stanza(parts, { place, name: "" }, findings);
	}

	has(key: string): boolean {
		return this.#keys.find(key).length > 0;
	}

	/** Numbers and booleans are taken as they are written. */
	text(key: string): Given<string> | undefined {
		return this.#take(key, takeText);
	}

	/** Also `"true"`, 1 and the like. */
	bool(key: string): Given<boolean> | undefined {
		return this.#take(key, takeBool);
	}

	integer(key: string): Given<number> | undefined {
		return this.#take(key, takeInteger);
	}

	number(key: string): Given<number> | undefined {
		return this.#take(key, takeNumber);
	}

	/** As native keys write it. @param unit of a bare number; default seconds */
	duration(key: string, unit: DurationUnit = "seconds"): Given<string> | undefined {
		return this.#take(key, (value) => takeDuration(value, unit));
	}

	/** Permissions as `0600`. */
	mode(key: string): Given<string> | undefined {
		const mode = this.#take(key, takeMode);
		const value = this.#keys.find(key).at(-1)?.item.value;
		// JSON has decimal numbers alone, and who writes 416 there knows; 440 looks like a mode as it is.
		if (mode !== undefined && value?.kind === "number" && /^[46][046]{2}$/.test(value.source)) {
			this.#findings.warn(
				mode.place,
				`${mode.name}: without a 0 before it this is decimal, so the mode is ${mode.value}`,
			);
		}
		return mode;
	}

	/** The texts of a list, of all lists under this key; one text alone is a list of it. */
	texts(key: string): Given<readonly string[]> | undefined {
		const found = this.#keys.find(key);
		const [first] = found;
		if (first === undefined) return undefined;
		const items = found.flatMap(({ item: { value } }) => (value.kind === "list" ? value.items : [value]));
		const taken = items.map(takeText);
		const fault = taken.some((one) => "fault" in one);
		if (fault) return this.#fault(key, first, "expected a list of texts");
		return this.#given(
			key,
			first,
			taken.flatMap((one) => ("value" in one ? [one.value] : [])),
		);
	}

	/** Whether the key holds a list, a block, or what. */
	kind(key: string): HclValue["kind"] | undefined {
		return this.#keys.find(key).at(-1)?.item.value.kind;
	}

	/** The one block of this kind. Of several files the last one's counts; two in one file are refused. */
	block(key: string): Stanza | undefined {
		const blocks = this.#blocks(key, blocksOf);
		const last = blocks.at(-1);
		const own = blocks.filter(({ part }) => part === last?.part);
		const [, second] = own;
		if (second !== undefined) {
			this.#findings.refuse(at(second.part, second.place), `only one ${key} block is allowed`);
		}
		return last && this.#stanza(last, this.#called(key));
	}

	/** Blocks of this kind as one: of each file the last one, the later files over the earlier ones. */
	merged(key: string): Stanza | undefined {
		const last = new Map(this.#blocks(key, blocksOf).map((block) => [block.part, block]));
		const blocks = [...last.values()];
		const [first] = blocks;
		if (first === undefined) return undefined;
		const parts = blocks.map(({ part, body }) => ({ ...part, body }));
		return new Stanza(parts, { place: at(first.part, first.place), name: this.#called(key) }, this.#findings);
	}

	/** All blocks of this kind, of all files. */
	blocks(key: string): readonly Stanza[] {
		const blocks = this.#blocks(key, blocksOf);
		return blocks.map((block, index) => this.#stanza(block, `${this.#called(key)}[${index}]`));
	}

	/**
	 * All blocks of a kind that may have a label: `key "label" { … }`, or in JSON `"key": { "label": { … } }`.
	 *
	 * @param own keys that such a block has, for one without a label
	 */
	labelled(key: string, own: readonly string[]): readonly Stanza[] {
		const ownKeys = new Set(own);
		for (const found of this.#keys.find(key))
			if (found.item.labels.length > 1) this.#fault(key, found, "expected one label and no more");
		const blocks = this.#blocks(key, (item) => labelledBlocksOf(item, ownKeys));
		return blocks.map((block, index) => {
			const { text } = block.label ?? { text: "" };
			return this.#stanza(block, `${this.#called(key)}${isPlainName(text) ? ` "${text}"` : `[${index}]`}`);
		});
	}

	/** Keys that mean nothing to us and do no harm. */
	ignore(...keys: readonly string[]): void {
		for (const key of keys) this.#keys.find(key);
	}

	/** Keys that were not asked for, each with the one that was meant. @param how default: as that program drops them silently */
	done(how: "refuse" | "drop" = "drop"): void {
		for (const { part, item } of this.#keys.unasked()) {
			this.#findings[how](at(part, item.place), unknownKey(item.key, this.name, this.#keys.asked));
		}
	}

	/** Something is wrong with the stanza itself. */
	refuse(message: string): void {
		this.#findings.refuse(this.place, this.name === "" ? message : `${this.name} ${message}`);
	}

	#take<T>(key: string, take: (value: HclValue) => Taken<T>): Given<T> | undefined {
		const found = this.#keys.find(key);
		const last = found.at(-1);
		if (last === undefined) return undefined;
		const isTwice = found.at(-2)?.part === last.part;
		if (isTwice)
			this.#findings.warn(
				at(last.part, last.item.place),
				`${this.#called(key)} stands twice; the last one counts`,
			);
		const taken = take(last.item.value);
		return "fault" in taken ? this.#fault(key, last, taken.fault) : this.#given(key, last, taken.value);
	}

	#given<T>(key: string, { part, item }: Found, value: T): Given<T> {
		return { value, place: at(part, item.value.place), name: this.#called(key) };
	}

	#fault(key: string, { part, item }: Found, fault: string): undefined {
		this.#findings.refuse(at(part, item.value.place), `${this.#called(key)}: ${fault}`);
	}

	#blocks(key: string, read: (item: HclItem) => readonly Block[] | undefined): (Block & { part: Part })[] {
		return this.#keys.find(key).flatMap((found) => {
			const blocks = read(found.item);
			if (blocks === undefined) this.#fault(key, found, "expected a block: { and its keys");
			const [label] = read === blocksOf ? found.item.labels : [];
			if (label !== undefined) this.#findings.drop(at(found.part, label.place), `${key} takes no label`);
			return (blocks ?? []).map((block) => ({ ...block, part: found.part }));
		});
	}

	#stanza({ part, body, place, label }: Block & { readonly part: Part }, name: string): Stanza {
		const given = label && { value: label.text, place: at(part, label.place), name };
		const about = { place: at(part, place), name, ...(given && { label: given }) };
		return new Stanza([{ ...part, body }], about, this.#findings);
	}

	#called(key: string): string {
		return this.name === "" ? key : `${this.name}.${key}`;
	}
}
