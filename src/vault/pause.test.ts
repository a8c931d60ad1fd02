import { expect, test } from "vitest";
import { VaultError } from "./errors.ts";
import { pauseAfter } from "./pause.ts";

const limits = { minMs: 1000, maxMs: 60_000 };
const busy = new VaultError("later", { code: "E_VAULT_BUSY", retryAfterMs: 30_000 });
const down = new VaultError("away", { code: "E_VAULT_UNREACHABLE" });

const pause = (draw: number, error = busy, attempt = 0) =>
	pauseAfter(error, attempt, { limits, random: () => draw });

test("a fault of the network is followed by the back-off alone", () => {
	expect([0, 3, 9].map((attempt) => pause(0.5, down, attempt))).toEqual([500, 4000, 30_000]);
});

test("what Vault asks for is kept to, and up to as much again, and the back-off beside it", () => {
	expect([0, 0.5, 0.999].map((draw) => pause(draw))).toEqual([30_100, 45_500, 60_969]);
});
