import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FORMATS } from "../../src/config/format-name.ts";
import { parseJson } from "../../src/kernel/mod.ts";
import { configIn } from "../support/agent-config.ts";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { openVault, type Vault } from "../support/vault.ts";

const PATH = "secret/data/llm/numbers";

/** As they stand in Vault: JavaScript would write most of them otherwise. */
const NUMBERS = {
	a: "12345678901234567890",
	b: "1.10",
	c: "-0.0",
	d: "1e400",
	e: "0.10000000000000000000000000000000001",
};
const NAMES = Object.keys(NUMBERS);
const WHOLE = `{${Object.entries(NUMBERS)
	.map(([name, digits]) => `"${name}":${digits}`)
	.join()}}`;

/** A text with something in the place of each number and of the whole, where the format can hold it. */
function textOf(format: string, [numbers, whole]: readonly [readonly string[], string]): string {
	if (format === "json") return `[${numbers.join()}, ${whole} ]`;
	const join = (sign: string) => numbers.map((number, index) => `${NAMES[index]}${sign}${number}\n`).join("");
	return format === "yaml" ? `${join(": ")}all: ${whole}\n` : join("=");
}

const FIELDS = [NAMES.map((name) => `{{${name}}}`), "{{toJSON Data.data}}"] as const;
const VALUES = [Object.values(NUMBERS), WHOLE] as const;

test("numbers keep their digits from Vault to every format and to the child", async () => {
	const [vault, place] = [await openVault(), folder()];
	vault.put(PATH, parseJson(WHOLE) as Parameters<Vault["put"]>[1]);
	const templates = FORMATS.map((format) => {
		const contents = `{{#secret "${PATH}"}}${textOf(format, FIELDS)}{{/secret}}`;
		return { contents, format, destination: place.at(`out/${format.replace(":", "-")}`) };
	});
	const variable = { secret: PATH, template: "{{a}} {{b}} {{toJSON Data.data}}" };
	const config = configIn(place, vault, {
		templates,
		env: { NUMBERS: variable },
		exec: { command: ["sh", "-c", `printf %s "$NUMBERS" >${place.at("child")}`] },
	});

	const { code, stderr } = await runAgent(["start", "-c", config], { env: vault.env });

	expect({ code, failed: /"failed".*/.exec(stderr)?.[0] }).toEqual({ code: 0 });
	for (const { format, destination } of templates) {
		const text = readFileSync(destination, "utf8").replaceAll("'", ""); // a shell's quotes
		expect([format, text]).toEqual([format, textOf(format, VALUES)]);
	}
	expect(readFileSync(place.at("child"), "utf8")).toBe(`${NUMBERS.a} ${NUMBERS.b} ${WHOLE}`);
});
