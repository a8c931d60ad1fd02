import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { runAgent } from "../support/agent-process.ts";

/** A Node on this machine that is older than the agent needs. */
const OLD = ["/usr/bin/node", "/usr/local/bin/node", "/bin/node"].find(isTooOld);

function isTooOld(node: string): boolean {
	try {
		const version = execFileSync(node, ["--version"], { encoding: "utf8" });
		const [, major = 0, minor = 0] = (/^v(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
		return major < 22 || (major === 22 && minor < 22);
	} catch {
		return false;
	}
}

test.skipIf(OLD === undefined)("an older Node is refused in one line, with 2", async () => {
	const { code, stdout, stderr } = await runAgent(["--version"], { node: OLD ?? "" });

	expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
	expect(stderr).toMatch(/^keyturn needs Node 22\.22 or newer; this is Node \d+\.\d+\.\d+\.\n$/);
});
