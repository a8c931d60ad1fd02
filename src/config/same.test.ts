import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../kernel/mod.ts";
import { isSameSetting } from "./same.ts";

const setting = fc.letrec((tie) => ({
	any: fc.oneof(
		{ maxDepth: 4 },
		fc.constantFrom(0, 1, "", "a", true, undefined),
		fc.string({ maxLength: 2 }).map((text) => new Secret(text)),
		fc.array(tie("any"), { maxLength: 3 }),
		fc.dictionary(fc.constantFrom("a", "b", "c"), tie("any"), { maxKeys: 3 }),
	),
})).any;

/** The same with the secrets in the open, as text that tells any two settings apart. */
function inTheOpen(value: unknown): string {
	if (value instanceof Secret) return `secret ${JSON.stringify(value.reveal())}`;
	if (Array.isArray(value)) return `[${value.map(inTheOpen).join()}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
	const parts = Object.entries(value).map(([key, part]) => `${key}: ${inTheOpen(part)}`);
	return `{${parts.toSorted().join()}}`;
}

describe("two settings are the same", () => {
	test("exactly when all of their parts are, secrets by their values", () => {
		fc.assert(
			fc.property(setting, setting, (a, b) => {
				expect(isSameSetting(a, b)).toBe(inTheOpen(a) === inTheOpen(b));
			}),
		);
	});

	test("as a copy of themselves", () => {
		fc.assert(
			fc.property(setting, (a) => {
				expect(isSameSetting(a, copyOf(a))).toBe(true);
			}),
		);
	});
});

function copyOf(value: unknown): unknown {
	if (value instanceof Secret) return value.map((text: unknown) => text);
	if (Array.isArray(value)) return value.map(copyOf);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)]));
}
