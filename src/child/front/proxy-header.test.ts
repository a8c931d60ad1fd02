import { describe, expect, test } from "vitest";
import { type Ends, proxyHeader } from "./proxy-header.ts";

const V4: Ends = {
	remoteAddress: "192.0.2.7",
	remotePort: 56324,
	localAddress: "198.51.100.1",
	localPort: 443,
};
const V6: Ends = {
	remoteAddress: "2001:db8::7",
	remotePort: 1,
	localAddress: "2001:db8:1:2:3:4:5:6",
	localPort: 65535,
};
const UNIX: Ends = {};
const SIGNATURE = "0d0a0d0a000d0a515549540a";

describe("proxyHeader(), version 1", () => {
	const LINES: readonly (readonly [string, Ends, string])[] = [
		["IPv4", V4, "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"],
		["IPv6", V6, "PROXY TCP6 2001:db8::7 2001:db8:1:2:3:4:5:6 1 65535\r\n"],
		[
			"IPv4 that came to a dual-stack socket",
			{ ...V4, remoteAddress: "::ffff:192.0.2.7", localAddress: "::ffff:198.51.100.1" },
			"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n",
		],
		[
			"a link-local address, without its zone",
			{ ...V6, remoteAddress: "fe80::1%eth0", localAddress: "fe80::2%eth0" },
			"PROXY TCP6 fe80::1 fe80::2 1 65535\r\n",
		],
		["a unix socket", UNIX, "PROXY UNKNOWN\r\n"],
		["a client that is gone", { localAddress: "198.51.100.1", localPort: 443 }, "PROXY UNKNOWN\r\n"],
	];
	test.each(LINES)("%s", (_, ends, line) => {
		expect(proxyHeader("v1", ends).toString("latin1")).toBe(line);
	});

	test("is never longer than its readers allow", () => {
		const longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
		const ends = { remoteAddress: longest, remotePort: 65535, localAddress: longest, localPort: 65535 };

		expect(proxyHeader("v1", ends).length).toBeLessThanOrEqual(107);
	});
});

describe("proxyHeader(), version 2", () => {
	const BYTES: readonly (readonly [string, Ends, string])[] = [
		["IPv4", V4, `${SIGNATURE}2111000cc0000207c6336401dc0401bb`],
		[
			"IPv6",
			V6,
			`${SIGNATURE}2121002420010db800000000000000000000000720010db80001000200030004000500060001ffff`,
		],
		[
			"IPv4 that came to a dual-stack socket",
			{ ...V4, remoteAddress: "::ffff:192.0.2.7", localAddress: "::ffff:198.51.100.1" },
			`${SIGNATURE}2111000cc0000207c6336401dc0401bb`,
		],
		[
			"loopback",
			{ remoteAddress: "::1", remotePort: 258, localAddress: "::", localPort: 1 },
			`${SIGNATURE}21210024${"0".repeat(31)}1${"0".repeat(32)}01020001`,
		],
		[
			"an IPv6 address that ends in IPv4",
			{ ...V6, remoteAddress: "64:ff9b::192.0.2.7" },
			`${SIGNATURE}212100240064ff9b0000000000000000c000020720010db80001000200030004000500060001ffff`,
		],
		["a unix socket", UNIX, `${SIGNATURE}20000000`],
	];
	test.each(BYTES)("%s", (_, ends, bytes) => {
		expect(proxyHeader("v2", ends).toString("hex")).toBe(bytes);
	});
});
