import { describe, expect, test } from "vitest";
import { tellFormat } from "./tell.ts";

describe("tellFormat", () => {
	test.each([
		["vault:\n  address: https://vault:8200\n"],
		["# ours\n\n---\ntemplates:\n  - destination: /x\n"],
		["- no config at all"],
		["a key: with blanks"],
		[""],
		['{ "vault": { "address": "https://vault:8200" }, "exec": { "command": ["x"] } }'],
		['{ "templates": [] }'],
		['{ "auto_auth": { "method": "kubernetes" }, "listener": { "address": "127.0.0.1:1" } }'],
	])("takes %j for ours", (text) => {
		expect(tellFormat(text)).toBe("native");
	});

	test.each([
		['auto_auth {\n  method "kubernetes" {}\n}'],
		["# c\n// d\nexit_after_auth = true\ncache {}"],
		['/* c */ vault { }\nlistener "tcp" { }'],
		['"env_template" "X" { }'],
		['\uFEFF{ "auto_auth": { "method": { "type": "kubernetes" } }, "vault": {} }'],
		['{ "listener": [{ "tcp": {} }], "vault": {} }'],
		['{ "template": [], "template_config": {} }'],
		['auto_auth {\n  method "kubernetes" {\n'],
	])("takes %j for Vault Agent's", (text) => {
		expect(tellFormat(text)).toBe("vault-agent");
	});

	test.each([
		['template { source = "x" }'],
		['vault { token = "x" }'],
		['consul { }\nwait = "2s"'],
		['{ "template": { "source": "x" } }'],
	])("takes %j for consul-template's", (text) => {
		expect(tellFormat(text)).toBe("consul-template");
	});

	test.each([['secret { path = "x" }'], ["consul { }\nprefix { }"], ['{ "upcase": true }']])(
		"takes %j for envconsul's",
		(text) => {
			expect(tellFormat(text)).toBe("envconsul");
		},
	);

	test("tells several files by all of them", () => {
		expect(tellFormat('template { source = "x" }', "auto_auth { }")).toBe("vault-agent");
	});

	test("tells ours by its first line, however long it is", () => {
		const text = `vault:\n${"  x: {\n".repeat(500_000)}`;
		const begin = performance.now();

		expect(tellFormat(text)).toBe("native");
		expect(performance.now() - begin).toBeLessThan(200);
	});
});
