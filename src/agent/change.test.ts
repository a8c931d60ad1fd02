import { describe, expect, test } from "vitest";
import type { Change, Finding } from "../secrets/mod.ts";
import { changedAt } from "./change.ts";

const PATH = "secret/data/llm/openai";
const WRITTEN = "2026-11-21T10:00:00Z";

function present(version: number): Finding {
	const base = { leaseId: "", leaseDuration: 0, renewable: false, requestId: "r" };
	return {
		kind: "present",
		view: { path: PATH, kind: "kv2", version, createdTime: WRITTEN, fields: {}, data: {}, ...base },
	};
}

const deleted = (version: number): Finding => ({ kind: "absent", path: PATH, reason: "deleted", version });

const change = (before: Finding | undefined, after: Finding): Change => ({
	key: PATH,
	request: { kind: "read", path: PATH },
	before,
	after,
});

describe("the moment of a change", () => {
	test.each([
		["a new version", change(present(1), present(2)), Date.parse(WRITTEN)],
		["a version after one that was deleted", change(deleted(1), present(2)), Date.parse(WRITTEN)],
		["a version that is back", change(deleted(2), present(2)), undefined],
		["a deletion", change(present(1), deleted(1)), undefined],
	])("of %s is when it was written, where that says it", (_name, given, expected) => {
		expect(changedAt(given)).toBe(expected);
	});
});
