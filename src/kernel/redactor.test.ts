import * as fc from "fast-check";
import { expect, test } from "vitest";
import { REDACTED, Redactor } from "./mod.ts";

const KEY = 'sk-pro "1"/ä+\n=x';

test.each([
	["as it is", KEY],
	["in JSON", JSON.stringify(KEY).slice(1, -1)],
	["in a URL", encodeURIComponent(KEY)],
	["in base64", Buffer.from(KEY).toString("base64")],
	["in base64 without padding", Buffer.from(KEY).toString("base64").replace(/=+$/, "")],
	["in base64url", Buffer.from(KEY).toString("base64url")],
	["by its first line", 'sk-pro "1"/ä+'],
])("clean() hides a secret %s", (_how, form) => {
	const redactor = new Redactor();
	redactor.hide(KEY);

	expect(redactor.clean(`before <${form}> after`)).toMatch(/^before <\[redacted\]=*> after$/);
});

test("clean() hides each line of a value with several lines", () => {
	const redactor = new Redactor();
	redactor.hide("-----BEGIN KEY-----\r\nMIIEvQIBADAN\n\nBgkqhkiG\n-----END KEY-----\n");

	const cleaned = redactor.clean("at MIIEvQIBADAN and BgkqhkiG");

	expect(cleaned).toBe(`at ${REDACTED} and ${REDACTED}`);
});

test("clean() hides the whole of secrets that overlap or contain each other", () => {
	const redactor = new Redactor();
	for (const secret of ["abcdefgh", "efghijkl", "cdef", "abcdefghXYZ"]) redactor.hide(secret);

	expect(redactor.clean("<abcdefghijkl> <abcdefghXYZ> <cdef>")).toBe(
		`<${REDACTED}> <${REDACTED}> <${REDACTED}>`,
	);
});

test("clean() leaves no live secret in any text, and everything else as it was", () => {
	const secret = fc.string({
		unit: fc.constantFrom("a", "b", "c", "A", "0", "1", "-", "="),
		minLength: 4,
		maxLength: 8,
	});
	fc.assert(
		fc.property(
			fc.array(secret, { minLength: 1, maxLength: 8 }),
			fc.array(fc.oneof(fc.constant("~~"), fc.nat({ max: 7 })), { maxLength: 12 }),
			(secrets, pieces) => {
				const redactor = new Redactor();
				for (const value of secrets) redactor.hide(value);
				const text = pieces
					.map((piece) => (typeof piece === "number" ? (secrets[piece] ?? "~") : piece))
					.join("");

				const cleaned = redactor.clean(text);

				for (const value of secrets) expect(cleaned.replaceAll(REDACTED, "\0").includes(value)).toBe(false);
				const isHarmless = !secrets.some((value) => text.includes(value));
				expect(cleaned === text).toBe(isHarmless);
			},
		),
	);
});

test("hide() gives back what ends it, once for each time it was hidden", () => {
	const redactor = new Redactor();
	const first = redactor.hide("sk-0001");
	const second = redactor.hide("sk-0001");

	first();
	first();
	expect(redactor.clean("sk-0001")).toBe(REDACTED);
	second();
	expect(redactor.clean("sk-0001")).toBe("sk-0001");
});

test("releasing one secret keeps another that begins alike", () => {
	const redactor = new Redactor();
	const release = redactor.hide("sk-0001");
	redactor.hide("sk-0002");

	release();

	expect(redactor.clean("sk-0001 sk-0002")).toBe(`sk-0001 ${REDACTED}`);
});

test("what the operator wrote in the open stays readable, before and after it turns out to be a secret", () => {
	const redactor = new Redactor();
	redactor.hide("openai");
	redactor.expose(["secret/data/llm/openai"]);
	redactor.hide("https://vault");
	redactor.expose(["https://vault:8200"]);

	const line = "secret/data/llm/openai at https://vault:8200 is openai";
	expect(redactor.clean(line)).toBe(line);
});

test.each(["", "a", "abc", "\n", "ab\ncd"])("a value too short to be a secret hides nothing: %j", (value) => {
	const redactor = new Redactor();
	redactor.hide(value);

	expect(redactor.clean("a abc ab cd, and a newline\n")).toBe("a abc ab cd, and a newline\n");
});

test("a value that is no well-formed text hides as well", () => {
	const redactor = new Redactor();
	redactor.hide("key-\ud800-end");

	expect(redactor.clean("<key-\ud800-end>")).toBe(`<${REDACTED}>`);
});

test("clean() finds each of a thousand secrets that begin alike", () => {
	const redactor = new Redactor();
	const secrets = Array.from({ length: 1000 }, (_, n) => `sk-${String(n).padStart(5, "0")}`);
	for (const secret of secrets) redactor.hide(secret);

	expect(redactor.clean(secrets.join(" "))).toBe(secrets.map(() => REDACTED).join(" "));
});

test("tens of thousands of secrets that begin alike, of any length, cost no more than others", () => {
	const redactor = new Redactor();
	const releases = Array.from({ length: 30_000 }, (_, n) =>
		redactor.hide(`sk-proj-${"x".repeat(n % 30)}${n}`),
	);

	expect(redactor.clean(`sk-proj-x1 ${"sk-proj-".repeat(2000)}`)).toBe(
		`${REDACTED} ${"sk-proj-".repeat(2000)}`,
	);
	for (const release of releases) release();
	expect(redactor.clean("sk-proj-x1")).toBe("sk-proj-x1");
});
