import { expect, test } from "vitest";
import { nowOf, values } from "../../test/fixtures/child/bench.ts";
import { Report } from "./report.ts";
import { Trial } from "./trial.ts";

test("stands() does not speak for values that came just before", async () => {
	const report = new Report();
	const outcome = report.await();

	new Trial(report).stands(values(1), false);

	expect(await nowOf(outcome)).toBe("pending");
});

test("begin() has nothing on trial as long as no values are proven", () => {
	const trial = new Trial(new Report());

	trial.begin(values(2), true);

	expect(trial.phase).toBe("none");
});

test("begin() has values on trial that a restart brings back after they were put back", () => {
	const trial = new Trial(new Report());
	const [first, second] = [values(1), values(2)];
	trial.stands(first, true);
	trial.begin(second, true);
	trial.putBack(second);
	trial.stands(first, true);

	trial.begin(second, false);

	expect(trial.phase).toBe("new");
});
