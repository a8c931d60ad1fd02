import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { requestKey, type SecretRequest } from "./mod.ts";

const PLAIN: SecretRequest = { kind: "read", path: "pki/issue/gw" };

describe("the key of a request", () => {
	test("is the path, with what kind it is and which version", () => {
		expect(requestKey(PLAIN)).toBe("pki/issue/gw");
		expect(requestKey({ ...PLAIN, kind: "list" })).toBe("list pki/issue/gw");
		expect(requestKey({ ...PLAIN, version: 3 })).toBe("pki/issue/gw?version=3");
		expect(requestKey({ ...PLAIN, version: -1 })).toBe("pki/issue/gw?version=-1");
	});

	test("tells the names of parameters and none of their values", () => {
		const key = requestKey({ ...PLAIN, parameters: { ttl: "10m", common_name: "gw.example" } });

		expect(key).toMatch(/^pki\/issue\/gw \(common_name, ttl; [0-9a-f]{16}\)$/);
	});

	test("is the same if and only if the parameters are, in whatever order they come", () => {
		const name = fc.constantFrom("a", "b", "c", "d");
		const value = fc.oneof(fc.string({ maxLength: 3 }), fc.integer({ min: 0, max: 3 }), fc.boolean());
		const parameters = fc.dictionary(name, value, { maxKeys: 4 });
		const sorted = (given: Record<string, unknown>) =>
			JSON.stringify(Object.entries(given).toSorted(([a], [b]) => (a < b ? -1 : 1)));
		fc.assert(
			fc.property(parameters, parameters, (a, b) => {
				const [one, other] = [a, b].map((given) => requestKey({ ...PLAIN, parameters: given }));
				const turned = Object.fromEntries(Object.entries(a).toReversed());

				expect(one === other).toBe(sorted(a) === sorted(b));
				expect(requestKey({ ...PLAIN, parameters: turned })).toBe(one);
			}),
		);
	});
});
