import { expect, test } from "vitest";
import { fixturesIn } from "./fixtures.ts";

test("fixtures have their keys in order, however deep, as a server answers", () => {
	const text = '{ "secret/data/x": { "b": "2", "a": { "d": 1.10, "c": [{ "f": 1, "e": null }] } } }';

	const found = fixturesIn("secrets.json", text)({ kind: "read", path: "secret/data/x" });

	if (found.kind !== "secret") throw new RangeError("Cannot compare: nothing was found");
	expect(JSON.stringify(found.secret.Data)).toMatch(
		/^\{"data":\{"a":\{"c":\[\{"e":null,"f":1\}\],"d":1\.10?\},"b":"2"\}/,
	);
});
