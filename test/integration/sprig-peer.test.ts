import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folder } from "../support/folder.ts";

const program = (process.env["PATH"] ?? "")
	.split(delimiter)
	.map((place) => join(place, "consul-template"))
	.find((path) => existsSync(path));

const CASES = JSON.parse(
	readFileSync(new URL("../fixtures/compat/sprig.json", import.meta.url), "utf8"),
) as Record<string, Record<string, string>>;

/** Stands in no case. */
const BETWEEN = "\u241E";

test.skipIf(program === undefined).each(Object.entries(CASES))(
	"what is expected of sprig's %s is what consul-template gives",
	async (_group, cases) => {
		const path = folder().write("in.tpl", Object.keys(cases).join(BETWEEN));

		const { stdout } = await promisify(execFile)(program ?? "", ["-once", "-dry", "-template", path]);

		expect(stdout.replace(/^> \n/, "").split(BETWEEN)).toEqual(Object.values(cases));
	},
);
