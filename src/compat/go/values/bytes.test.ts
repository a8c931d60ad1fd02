import { expect, test } from "vitest";
import { rendered } from "../../../../test/support/go-template-bench.ts";

// What Go 1.26 and sprig give: encoding/base64 does not look at bits beyond the last byte, and U+FFFD is a letter.
test.each([
	['{{ sprig_b64dec "QR==" }}', "A"],
	['{{ base64Decode "QR==" }}', "A"],
	['{{ slice "a\uFFFDb" 0 4 }}', "a\uFFFD"],
	['{{ sprig_float64 "0x1p4" }}', "16"],
])("bytes come out of a text as in Go: %s", async (template, text) => {
	expect(await rendered(template)).toBe(text);
});
