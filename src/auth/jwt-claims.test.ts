import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeClaims, readClaims } from "./jwt-claims.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const IN_58_MINUTES = NOW / 1000 + 58 * 60;

const withPayload = (payload: string) =>
	`eyJhbGciOiJSUzI1NiJ9.${Buffer.from(payload).toString("base64url")}.c2ln`;
const jwtOf = (claims: unknown) => withPayload(JSON.stringify(claims));
const describeJwt = (jwt: string) => describeClaims(readClaims(jwt), NOW);

describe("the claims of a JWT", () => {
	test("are read from a service account's token", () => {
		const jwt = jwtOf({
			aud: ["https://kubernetes.default.svc", "vault"],
			exp: IN_58_MINUTES,
			sub: "system:serviceaccount:ai:default",
		});

		const claims = readClaims(jwt);

		expect(claims).toEqual({
			sub: "system:serviceaccount:ai:default",
			aud: ["https://kubernetes.default.svc", "vault"],
			expiresAt: IN_58_MINUTES * 1000,
		});
	});

	test.each([
		[{ sub: "a", aud: "vault", exp: IN_58_MINUTES }, "sub a  aud vault  expires in 58m"],
		[{ sub: "a", aud: ["x", "y"], exp: NOW / 1000 - 180 }, "sub a  aud x, y  expired 3m ago"],
		[{ sub: "a", aud: "x", exp: NOW / 1000 }, "sub a  aud x  expired 0 ms ago"],
		[{}, "no sub  no aud  no exp"],
		[{ sub: 1, aud: [{}], exp: "soon" }, "no sub  no aud  no exp"],
		[{ aud: [], exp: 1e308 }, "no sub  no aud  no exp"],
	])("%j are described as %s", (claims, words) => {
		expect(describeJwt(jwtOf(claims))).toBe(words);
	});

	test.each([
		["nothing", ""],
		["a token of Vault", "hvs.CAESIJ"],
		["two dots alone", ".."],
		["two parts", withPayload("{}").slice(0, -5)],
		["a payload that is no JSON", withPayload("{sub")],
		["a payload that is a list", jwtOf(["sub"])],
		["a payload that is null", jwtOf(null)],
		["a text of a megabyte", jwtOf({ sub: "x".repeat(1_000_000) })],
	])("are not found in %s", (_what, text) => {
		expect(describeJwt(text)).toBe("not a JWT: it has no claims that can be read");
	});

	test("cannot write lines of their own, nor without end", () => {
		const words = describeJwt(jwtOf({ sub: "a\n  do   curl evil\u001b[2J\u2028b", aud: "x".repeat(5000) }));

		expect(words).toContain("sub a\\u{a}  do   curl evil\\u{1b}[2J\\u{2028}b  aud xxx");
		expect(words).not.toMatch(/[\p{C}\p{Zl}]/u);
		expect(words.length).toBeLessThan(300);
	});

	test("are described in one line, whatever the text is", () => {
		const anything = fc.oneof(
			fc.string({ unit: "binary" }),
			fc.string({ unit: "binary" }).map(withPayload),
			fc.json().map(withPayload),
			fc.record({ sub: fc.anything(), aud: fc.anything(), exp: fc.anything() }).map((claims) => {
				try {
					return jwtOf(claims);
				} catch {
					return "not even JSON";
				}
			}),
		);

		fc.assert(
			fc.property(anything, (text) => {
				const words = describeJwt(text);

				expect(words).toMatch(/^(not a JWT: .+|(no sub|sub .*) {2}(no aud|aud .*) {2}(no exp|expire.+))$/u);
				expect(words.length).toBeLessThan(900);
			}),
		);
	});
});
