import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";

const DEPLOY = join(import.meta.dirname, "../../deploy/systemd");
const UNITS = ["keyturn@.service", "keyturn-turnover@.path", "keyturn-turnover@.service"];
const read = (name: string) => readFileSync(join(DEPLOY, name), "utf8");
const settings = (unit: string) => unit.split("\n").filter((line) => /^\w+=/.test(line));

/** systemd-analyze has its word on units as files, and looks whether their programs are there. */
function analyze(command: readonly string[], change: (unit: string) => string = (unit) => unit) {
	const place = folder();
	for (const name of UNITS) {
		place.write(name, change(read(name)).replaceAll("/usr/local/bin/agent", process.execPath), 0o644);
	}
	const units = UNITS.slice(0, command[0] === "verify" ? undefined : 1).map((name) => place.at(name));
	return spawnSync("systemd-analyze", [...command, ...units], { encoding: "utf8" });
}

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

describe.skipIf(!hasSystemd)("systemd-analyze", () => {
	test("finds nothing to say about the units", () => {
		expect(analyze(["verify", "--man=no"])).toMatchObject({ status: 0, stderr: "" });
	});

	test("would say something about a key that is misspelt", () => {
		const { stderr } = analyze(["verify", "--man=no"], (unit) =>
			unit.replace("WatchdogSec", "WatchdogSeconds"),
		);

		expect(stderr).toContain("WatchdogSeconds");
	});

	test("finds the service little exposed", () => {
		const { stdout } = analyze(["security", "--offline=true", "--no-pager"]);

		const [, level = "10"] = /Overall exposure level for \S+: (\d+\.\d+)/.exec(stdout) ?? [];
		expect(Number(level)).toBeLessThanOrEqual(1.5);
	});
});

test("the service hears what systemd-notify says, and lets Node compile", () => {
	const lines = settings(read("keyturn@.service"));

	expect(lines).toEqual(
		expect.arrayContaining([
			"Type=notify",
			"NotifyAccess=all",
			"ExecReload=/bin/kill -HUP $MAINPID",
			"TimeoutStartSec=infinity",
			"NoNewPrivileges=yes",
			"ProtectSystem=strict",
			"LimitCORE=0",
			"MemorySwapMax=0",
		]),
	);
	expect(lines.filter((line) => line.startsWith("MemoryDenyWriteExecute="))).toEqual([]);
});

test("the example's config is valid, and its files are where the units look for them", async () => {
	const config = parse(read("litellm.yaml")) as { readonly templates: readonly { destination: string }[] };
	const [, instance = ""] = /keyturn@(\w+)\.service/.exec(read("litellm.yaml")) ?? [];
	const env = { CREDENTIALS_DIRECTORY: "/run/credentials/keyturn@litellm.service" };

	const { code, stderr } = await runAgent(["validate", "-c", join(DEPLOY, "litellm.yaml")], { env });

	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	const [file = ""] = config.templates.map(({ destination }) => destination);
	const filled = (name: string) => settings(read(name)).map((line) => line.replaceAll("%i", instance));
	expect(filled("keyturn@.service")).toContain("RuntimeDirectory=keyturn/litellm");
	expect(file).toBe("/run/keyturn/litellm/litellm.env");
	expect(filled("litellm.service.d-keyturn.conf")).toContain(`EnvironmentFile=${file}`);
	expect(filled("keyturn-turnover@.path")).toContain(`PathChanged=${file}`);
	expect(filled("keyturn-turnover@.service")).toContain(
		"ExecStart=/bin/systemctl try-restart litellm.service",
	);
});
