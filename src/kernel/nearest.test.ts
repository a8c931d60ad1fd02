import { expect, test } from "vitest";
import { nearest } from "./mod.ts";

test.each([
	["api-key", ["api_key", "organization"], "api_key"],
	["APIKEY", ["api_key", "base_url"], "api_key"],
	["api.key", ["api-keys", "api key"], "api key"],
	["organisation", ["api_key", "organization"], "organization"],
	["pasword", ["username", "password"], "password"],
	["paswsord", ["username", "password"], "password"],
	["destinaton", ["source", "destination", "format"], "destination"],
	["k", ["a", "b"], "a"],
])("nearest() finds for %s among %j: %s", (word, names, expected) => {
	expect(nearest(word, names)).toBe(expected);
});

test.each([
	["api_key", ["organization", "base_url"]],
	["token", []],
	["", ["api_key"]],
	["a".repeat(300), ["a".repeat(299)]],
])("nearest() suggests nothing for %j among %j", (word, names) => {
	expect(nearest(word, names)).toBeUndefined();
});
