import { expect, test } from "vitest";
import { secondsOf } from "./trying.ts";

test.each([
	["pauses that double", { attempts: 4, firstMs: 1000, longestMs: 60_000 }, 1 + 2 + 4 + 8],
	["pauses up to the longest", { attempts: 5, firstMs: 1000, longestMs: 3000 }, 1 + 2 + 3 + 3 + 3],
	["a first pause above the longest", { attempts: 2, firstMs: 9000, longestMs: 3000 }, 3 + 3],
	["thousands of them", { attempts: 5000, firstMs: 60_000, longestMs: 60_000 }, 5000 * 60],
	["pauses without a bound, a year at most", { attempts: 5000, firstMs: 250, longestMs: 0 }, 365 * 86_400],
	["no pause at all", { attempts: 5000, firstMs: 0, longestMs: 60_000 }, 1],
	["no attempt", { attempts: 0, firstMs: 250, longestMs: 60_000 }, 1],
])("secondsOf() adds up %s", (_, tries, seconds) => {
	expect(secondsOf(tries)).toBe(seconds);
});
