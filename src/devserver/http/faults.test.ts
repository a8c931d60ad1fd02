import { expect, test } from "vitest";
import { FaultControl } from "./faults.ts";

test("take() skips the first requests and stops after count", () => {
	const faults = new FaultControl();
	faults.add({ kind: "cut" }, { after: 1, count: 2 });

	const taken = [1, 2, 3, 4].map(() => faults.take("GET", "a")?.kind);

	expect(taken).toEqual([undefined, "cut", "cut", undefined]);
});

test("take() looks at method and path", () => {
	const faults = new FaultControl();
	faults.add({ kind: "cut" }, { method: "GET", path: "secret/*" });
	faults.add({ kind: "stall" }, { path: /login$/ });
	faults.add({ kind: "html" }, { path: "exact" });

	const kinds = [
		["GET", "secret/a"],
		["POST", "secret/a"],
		["POST", "auth/approle/login"],
		["GET", "exact"],
		["GET", "exactly"],
	].map(([method = "", path = ""]) => faults.take(method, path)?.kind);

	expect(kinds).toEqual(["cut", undefined, "stall", "html", undefined]);
});

test("take() gives the next fault when the first is used up", () => {
	const faults = new FaultControl();
	faults.add({ kind: "cut" }, { count: 1 });
	faults.add({ kind: "stall" });

	const taken = [1, 2].map(() => faults.take("GET", "a")?.kind);

	expect(taken).toEqual(["cut", "stall"]);
});

test("clear() takes all faults back", () => {
	const faults = new FaultControl();
	faults.add({ kind: "cut" });

	faults.clear();

	expect(faults.take("GET", "a")).toBeUndefined();
});
