import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../kernel/mod.ts";
import { seal, type SealTerms, unseal } from "./sealing.ts";

const TERMS: SealTerms = {
	key: new Secret("a key of sixteen"),
	bound: [new Secret("server"), new Secret("role")],
};
const terms = (key: string, ...bound: readonly string[]): SealTerms => ({
	key: new Secret(key),
	bound: bound.map((text) => new Secret(text)),
});
const bytesOf = (sealed: Secret) => Buffer.from(sealed.reveal().split("\n")[1] ?? "", "base64");
const withBytes = (sealed: Secret, bytes: Buffer) =>
	sealed.map((text) => `${text.split("\n")[0]}\n${bytes.toString("base64")}\n`);

describe("a sealed text", () => {
	test("opens as what it was", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, key) => {
				const opened = unseal(seal(new Secret(text), terms(key, "x")), terms(key, "x"));

				expect(opened.kind === "text" && opened.text.reveal()).toBe(text.toWellFormed());
			}),
		);
	});

	test("shows nothing of what is in it, nor that two are the same", () => {
		const text = new Secret("hvs.canary");

		const [one, other] = [seal(text, TERMS), seal(text, TERMS)];

		expect(bytesOf(one).includes("hvs.canary")).toBe(false);
		expect(bytesOf(one).equals(bytesOf(other))).toBe(false);
	});

	test("does not open when any bit of it is another", () => {
		const sealed = seal(new Secret("hvs.canary"), TERMS);
		const bits = bytesOf(sealed).length * 8;

		for (let bit = 0; bit < bits; bit++) {
			const bytes = bytesOf(sealed);
			bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
			expect(unseal(withBytes(sealed, bytes), TERMS)).toEqual({ kind: "damaged" });
		}
	});

	test("does not open when it is cut off, wherever that is", () => {
		const sealed = seal(new Secret("hvs.canary"), TERMS);

		for (let length = 0; length < bytesOf(sealed).length; length++)
			expect(unseal(withBytes(sealed, bytesOf(sealed).subarray(0, length)), TERMS)).toEqual({
				kind: "damaged",
			});
	});

	test.each([
		["by another key", terms("a key of sixteem", "server", "role")],
		["for another server", terms("a key of sixteen", "other", "role")],
		["for more than it was meant for", terms("a key of sixteen", "server", "role", "")],
		["for names that only run together the same", terms("a key of sixteen", "serve", "rrole")],
	])("does not open %s", (_, other) => {
		expect(unseal(seal(new Secret("hvs.canary"), TERMS), other)).toEqual({ kind: "damaged" });
	});

	test.each([
		["", "nothing"],
		["hvs.canary", "a token"],
		["keyturn-handover 2\nAAAA\n", "another version"],
		["keyturn-handover 1\nAAAA\nBBBB\n", "more lines"],
	])("is told from %j: %s", (text) => {
		expect(unseal(new Secret(text), TERMS)).toEqual({ kind: "foreign" });
	});
});
