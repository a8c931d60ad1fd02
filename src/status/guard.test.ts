import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../kernel/mod.ts";
import { type Access, crossSite, type Head, misdirected, unauthorized } from "./guard.ts";

const TOKEN = "a-token-of-some-length";

function access(over: Partial<Access> = {}): Access {
	return { isLocal: true, hasHost: true, hosts: [], acceptsCertificates: false, ...over };
}

function head(headers: Head["headers"] = {}, method = "GET"): Head {
	return { headers, method };
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("whom a request is meant for", () => {
	test.each([
		"localhost",
		"localhost:8190",
		"LOCALHOST.:8190",
		"agent.localhost",
		"127.0.0.1:8190",
		"[::1]:8190",
		"10.1.2.3:8190",
	])("%s is us", (host) => {
		expect(misdirected(head({ host }), access())).toBeUndefined();
	});

	test.each([
		"evil.example",
		"evil.example:8190",
		"localhost.evil.example",
		"127.0.0.1.evil.example",
		"notlocalhost",
		"",
		"a b",
	])('"%s" is somebody else', (host) => {
		expect(misdirected(head({ host }), access())).toMatchObject({ status: 421 });
	});

	test("a name that the config knows is us, and on a socket every name is", () => {
		const host = "Agent.Example:8190";

		expect(misdirected(head({ host }), access({ hosts: ["agent.example"] }))).toBeUndefined();
		expect(misdirected(head({ host: "whatever" }), access({ hasHost: false }))).toBeUndefined();
		expect(misdirected(head(), access())).toMatchObject({ status: 421 });
	});
});

describe("who may ask for more than health", () => {
	test("everybody on this machine, where no token is set", () => {
		expect(unauthorized(head(), access(), false)).toBeUndefined();
	});

	test("nobody from elsewhere, where no token is set", () => {
		expect(unauthorized(head(), access({ isLocal: false }), false)).toMatchObject({ status: 403 });
	});

	test.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, basic(`anybody:${TOKEN}`), basic(`:${TOKEN}`)])(
		"whoever sends the token: %s",
		(authorization) => {
			const guarded = access({ token: new Secret(TOKEN), isLocal: false });

			expect(unauthorized(head({ authorization }), guarded, false)).toBeUndefined();
		},
	);

	test("nobody with anything else, wherever they are", () => {
		const guarded = access({ token: new Secret(TOKEN) });
		const anything = fc.oneof(
			fc.string(),
			fc.string().map((text) => `Bearer ${text}`),
			fc.string().map((text) => basic(text)),
			fc.constantFrom(`Bearer ${TOKEN} x`, `Bearer ${TOKEN.slice(1)}`, TOKEN, `Token ${TOKEN}`, basic(TOKEN)),
		);

		fc.assert(
			fc.property(anything, (authorization) => {
				expect(unauthorized(head({ authorization }), guarded, false)).toMatchObject({ status: 401 });
			}),
		);
		expect(unauthorized(head(), guarded, false)).toMatchObject({ status: 401 });
	});

	test("whoever shows a certificate of the authority, where there is one", () => {
		const guarded = access({ isLocal: false, acceptsCertificates: true });

		expect(unauthorized(head(), guarded, true)).toBeUndefined();
		expect(unauthorized(head(), guarded, false)).toMatchObject({ status: 401 });
		expect(unauthorized(head(), { ...guarded, acceptsCertificates: false }, true)).toMatchObject({
			status: 403,
		});
	});
});

test("a web page may change nothing, not even one that names this address", () => {
	const origin = "http://127.0.0.1:8190";

	expect(crossSite(head({ origin }, "POST"))).toMatchObject({ status: 403 });
	expect(crossSite(head({ "sec-fetch-site": "cross-site" }, "POST"))).toMatchObject({ status: 403 });
	expect(crossSite(head({}, "POST"))).toBeUndefined();
	expect(crossSite(head({ origin }, "GET"))).toBeUndefined();
});
