// `npm run test:faults`: the fault suite. `-- --long` adds what takes minutes; everything else is passed on to the test runner.
import { spawnSync } from "node:child_process";

const given = process.argv.slice(2);
const isLong = given.includes("--long");
const args = given.filter((arg) => arg !== "--long");
const { status } = spawnSync("vitest", ["run", "--project", "faults", ...args], {
	stdio: "inherit",
	env: { ...process.env, ...(isLong && { KEYTURN_FAULTS: "long" }) },
});
process.exitCode = status ?? 1;
