import { expect, test } from "vitest";
import { reply } from "../../test/support/fake-vault.ts";
import type { JsonObject } from "../vault/mod.ts";
import { findingOf } from "./kv.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const FIELDS: JsonObject = { api_key: "x" };

function kv2(data: JsonObject | null, over: JsonObject = {}): JsonObject {
	const metadata = {
		version: 4,
		created_time: "2026-11-20T12:00:00.5Z",
		deletion_time: "",
		destroyed: false,
	};
	return { data, metadata: { ...metadata, ...over } };
}

test("findingOf() takes the fields, version and time of a KV v2 secret", () => {
	const data = kv2(FIELDS);

	expect(findingOf("secret/data/x", reply({ data, requestId: "r-7" }), NOW)).toEqual({
		kind: "present",
		view: {
			path: "secret/data/x",
			kind: "kv2",
			version: 4,
			createdTime: "2026-11-20T12:00:00.5Z",
			fields: FIELDS,
			data,
			leaseId: "",
			leaseDuration: 0,
			renewable: false,
			requestId: "r-7",
		},
	});
});

test.each<[string, JsonObject]>([
	["a KV v1 secret", { api_key: "x" }],
	["a KV v1 secret with a field data", { data: { a: "b" } }],
	["a KV v1 secret with fields data and metadata", { data: "a", metadata: "b" }],
	["a KV v1 secret whose metadata has no version", { data: {}, metadata: { team: "a" } }],
])("findingOf() takes %s as it is", (_what, data) => {
	const finding = findingOf("kv/x", reply({ data }), NOW);

	expect(finding).toMatchObject({ kind: "present", view: { kind: "plain", fields: data } });
});

test.each([
	["deleted what has been deleted", kv2(null, { deletion_time: "2026-11-21T11:00:00Z" }), 404],
	["deleted what has no data", kv2(null), 404],
	["deleted what was deleted in this moment", kv2(FIELDS, { deletion_time: "2026-11-21T12:00:00Z" }), 200],
	[
		"destroyed what was destroyed",
		kv2(null, { destroyed: true, deletion_time: "2026-11-21T11:00:00Z" }),
		404,
	],
])("findingOf() finds %s", (what, data, status) => {
	expect(findingOf("secret/data/x", reply({ data, status }), NOW)).toEqual({
		kind: "absent",
		path: "secret/data/x",
		reason: what.split(" ")[0],
		version: 4,
		createdTime: "2026-11-20T12:00:00.5Z",
	});
});

test("findingOf() says missing of a path with nothing at it", () => {
	const finding = findingOf("secret/data/x", reply({ data: { errors: [] }, status: 404 }), NOW);

	expect(finding).toEqual({ kind: "absent", path: "secret/data/x", reason: "missing" });
});

test("a deletion time to come does not delete, by the server's clock where it is known", () => {
	const data = kv2(FIELDS, { deletion_time: "2026-11-21T12:30:00Z" });
	const kindAt = (now: number, serverTime?: number) => findingOf("x", reply({ data, serverTime }), now).kind;

	expect(kindAt(NOW)).toBe("present");
	expect(kindAt(NOW + 3_600_000)).toBe("absent");
	expect(kindAt(NOW + 3_600_000, NOW)).toBe("present");
	expect(kindAt(NOW, NOW + 3_600_000)).toBe("absent");
});
