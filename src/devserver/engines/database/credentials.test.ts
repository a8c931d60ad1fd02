import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Ids } from "../../ids.ts";
import { newPassword, newUsername } from "./credentials.ts";

test("newPassword() has 20 characters of all four classes, whatever the dice say", () => {
	fc.assert(
		fc.property(fc.infiniteStream(fc.nat(255)), (dice) => {
			const ids = new Ids((bytes) => Buffer.from([...dice.take(bytes)]));

			expect(newPassword(ids)).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*-)[A-Za-z\d-]{20}$/);
		}),
	);
});

test("newUsername() takes eight characters of who asks and eight of the role", () => {
	const ids = new Ids((bytes) => Buffer.alloc(bytes, 10));

	const name = newUsername(ids, { displayName: "approle-gw", role: "model-server", now: 1_795_256_712_999 });

	expect(name).toBe(`v-approle--model-se-${"A".repeat(20)}-1795256712`);
});
