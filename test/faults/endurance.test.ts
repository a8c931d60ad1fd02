import { expect, test } from "vitest";
import { lookAfter } from "../../bench/rows/endurance.ts";
import { long } from "./long.ts";

/** Code that is compiled later than the rest, in MiB; 700 bytes that are kept of each rotation are more in a day. */
const HEAP_NOISE = 1;

/** Objects that come and go; one that is kept of each rotation is more in three hours. */
const OBJECT_NOISE = 100;

test.each(long ? [3, 24] : [3])(
	"%i hours with a rotation a minute leave nothing behind",
	{ timeout: 600_000 },
	async (hours) => {
		const [before, after] = await lookAfter([1, hours]);

		if (before === undefined || after === undefined) throw new Error("nothing was seen");
		// The key each minute, another each hour, a credential now and then.
		expect(after.rotations - before.rotations).toBeGreaterThanOrEqual(61 * (hours - 1));
		expect(after.logins - before.logins).toBeGreaterThanOrEqual(hours - 1);
		for (const { hiddenKeys, secrets, leases, tokens, outstanding } of [before, after]) {
			expect({ hiddenKeys, secrets }).toEqual({ hiddenKeys: 2, secrets: 3 });
			expect(leases).toBeLessThanOrEqual(2);
			expect(tokens).toBeLessThanOrEqual(3); // the root token is one
			expect(outstanding).toBeLessThanOrEqual(2);
		}
		const grown = Object.entries(after.objects).map(([name, count]) => [
			name,
			count - (before.objects[name] ?? 0),
		]);
		expect(grown.filter(([, by]) => Number(by) > OBJECT_NOISE)).toEqual([]);
		expect(after.heapMiB - before.heapMiB).toBeLessThan(HEAP_NOISE);
		expect(after.files).toBeLessThanOrEqual(before.files + 2);
		expect(after.handles).toBeLessThanOrEqual(before.handles + 2);
	},
);
