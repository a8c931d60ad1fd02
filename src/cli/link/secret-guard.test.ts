import { expect, test } from "vitest";
import { Redactor } from "../../kernel/mod.ts";
import type { Finding } from "../../secrets/mod.ts";
import { SecretGuard } from "./secret-guard.ts";

const keyOf = (index: number) => `sk-planted-${String(index).padStart(3, "0")}`;

function found(fields: Readonly<Record<string, string>>): Finding {
	const base = { path: "secret/data/a", leaseId: "", leaseDuration: 0, renewable: false, requestId: "r" };
	return { kind: "present", view: { ...base, kind: "kv2", fields, data: fields } };
}

/** How many of the first keys are hidden. */
function hidden(redactor: Redactor, count: number): number[] {
	const all = Array.from({ length: count }, (_, index) => index);
	return all.filter((index) => redactor.clean(keyOf(index)) !== keyOf(index));
}

test("of a secret the newest value is hidden, and the one before it, which may still be in use", () => {
	const redactor = new Redactor();
	const guard = new SecretGuard(redactor);

	for (let index = 0; index < 100; index++) guard.found("a", found({ api_key: keyOf(index) }));

	expect(hidden(redactor, 100)).toEqual([98, 99]);
});

test("a token that a write made is hidden", () => {
	const redactor = new Redactor();
	const made = found({});
	const view = made.kind === "present" && {
		...made.view,
		auth: { client_token: keyOf(1), policies: ["reader"] },
	};

	new SecretGuard(redactor).found("a", view ? { kind: "present", view } : made);

	expect(hidden(redactor, 2)).toEqual([1]);
	expect(redactor.clean("reader")).toBe("reader");
});

test("a template that goes through ever new paths leaves no more behind than the last few", () => {
	const redactor = new Redactor();
	const guard = new SecretGuard(redactor);

	for (let index = 0; index < 100; index++) {
		guard.found(`path-${index}`, found({ api_key: keyOf(index) }));
		if (index > 0) guard.dropped(`path-${index - 1}`);
	}

	expect(hidden(redactor, 100)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99]);
});
