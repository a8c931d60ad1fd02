import { expect, test } from "vitest";
import { Acl } from "./acl.ts";
import { parsePolicy } from "./policy.ts";

function acl(...texts: string[]): Acl {
	return new Acl(texts.map((text, at) => parsePolicy(`p${at}`, text)));
}

const rule = (path: string, ...capabilities: string[]) =>
	`path "${path}" { capabilities = ${JSON.stringify(capabilities)} }\n`;

test("allows() takes an exact path before any pattern", () => {
	const both = acl(rule("a/*", "read") + rule("a/b", "list"));

	expect([both.allows("read", "a/b"), both.allows("read", "a/c")]).toEqual([false, true]);
});

test("allows() takes the longest prefix", () => {
	const both = acl(rule("a/*", "read") + rule("a/b/*", "update"));

	expect([both.allows("read", "a/b/c"), both.allows("update", "a/b/c")]).toEqual([false, true]);
});

test("allows() lets deny win over the same pattern in another policy", () => {
	const both = acl(rule("a/*", "read"), rule("a/*", "deny"));

	expect(both.allows("read", "a/b")).toBe(false);
});

test("allows() adds up the same pattern of several policies", () => {
	const both = acl(rule("a/*", "read"), rule("a/*", "update"));

	expect([both.allows("read", "a/b"), both.allows("update", "a/b")]).toEqual([true, true]);
});

test.each([
	["secret/+/x", "secret/a/x", true],
	["secret/+/x", "secret/a/b/x", false],
	["secret/+/x", "secret/a/xy", false],
	["secret/+/x*", "secret/a/xy/z", true],
	["+/data/x", "kv/data/x", true],
	["+", "anything", true],
	["secret/a+", "secret/a+", true],
	["/secret/a", "secret/a", true],
])("allows() matches %s with %s: %s", (pattern, path, expected) => {
	expect(acl(rule(pattern, "read")).allows("read", path)).toBe(expected);
});

test("allows() prefers the pattern whose first wildcard comes later", () => {
	const both = acl(rule("secret/+/b", "read") + rule("secret/a*", "update"));

	expect(both.allows("update", "secret/a/b")).toBe(true);
});

test("allows() lists with a rule that lacks the slash at the end", () => {
	expect(acl(rule("secret/metadata/x", "list")).allows("list", "secret/metadata/x/")).toBe(true);
});

test("allows() knows nobody behind an identity template", () => {
	expect(acl(rule("id/{{identity.entity.id}}", "read")).allows("read", "id/{{identity.entity.id}}")).toBe(
		false,
	);
});

test("reaches() tells a mount only to those who may do something in it", () => {
	const some = acl(rule("secret/data/llm/*", "read") + rule("+/private/*", "read") + rule("kv/*", "deny"));

	expect(["secret/", "kv/", "other/"].map((mount) => some.reaches(mount))).toEqual([true, true, true]);
	expect(acl(rule("kv/*", "deny") + rule("secret/x", "read")).reaches("kv/")).toBe(false);
});

test("capabilities() lists them by name, and deny for nothing", () => {
	const some = acl(rule("a", "sudo", "read", "create"));

	expect([some.capabilities("a"), some.capabilities("b")]).toEqual([["create", "read", "sudo"], ["deny"]]);
});

test("parsePolicy() understands the old style and names what it does not", () => {
	const old = acl('path "a" { policy = "write" }');

	expect(old.capabilities("a")).toEqual(["create", "delete", "list", "read", "update"]);
	expect(() => parsePolicy("p", rule("a", "fly"))).toThrow('invalid capability "fly"');
	expect(() => parsePolicy("p", rule("a+*", "read"))).toThrow("'+*' is forbidden");
});
