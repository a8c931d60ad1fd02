import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { QuotaStore, type RateLimit } from "./quotas.ts";

function setup(limit: Partial<RateLimit>) {
	const clock = new FakeClock();
	const quotas = new QuotaStore(clock);
	quotas.set({ name: "q", path: "", rate: 2, intervalSeconds: 10, blockSeconds: 0, ...limit });
	const isLetThrough = (path: string) => {
		try {
			quotas.count(path);
			return true;
		} catch {
			return false;
		}
	};
	return { clock, isLetThrough };
}

test("count() lets through so many an interval", async () => {
	const { clock, isLetThrough } = setup({});

	const first = [isLetThrough("a"), isLetThrough("a"), isLetThrough("a")];
	await clock.advance(10_000);

	expect([...first, isLetThrough("a")]).toEqual([true, true, false, true]);
});

test("count() blocks for the block interval once the limit is passed", async () => {
	const { clock, isLetThrough } = setup({ rate: 1, blockSeconds: 60 });

	const first = [isLetThrough("a"), isLetThrough("a")];
	await clock.advance(30_000);
	const blocked = isLetThrough("a");
	await clock.advance(30_000);

	expect([...first, blocked, isLetThrough("a")]).toEqual([true, false, false, true]);
});

test("count() concerns the paths of the quota only, and never health", () => {
	const { isLetThrough } = setup({ path: "secret/", rate: 1 });

	isLetThrough("secret/a");

	expect([isLetThrough("secret/b"), isLetThrough("kv/a"), isLetThrough("sys/health")]).toEqual([
		false,
		true,
		true,
	]);
});
