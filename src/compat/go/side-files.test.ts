import { describe, expect, test } from "vitest";
import { complete, faultOf, OPENAI } from "../../../test/support/go-template-bench.ts";

const KEY = `(secret "${OPENAI}").Data.data.api_key`;

describe("a file that a template writes beside its own", () => {
	test.each([
		["path", `writeToFile (printf "/out/%s" ${KEY}) "" "" "0600" "x"`],
		["path", `range secrets "secret/metadata/llm" }}{{ "x" | writeToFile . "" "" "0600" }}{{ end`],
		["path", 'writeToFile (env "HOME") "" "" "0600" "x"'],
		["user", `writeToFile "/a" ${KEY} "" "0600" "x"`],
		["group", `writeToFile "/a" "" (file "/etc/group") "0600" "x"`],
		["permissions", `"x" | writeToFile "/a" "" "" ${KEY}`],
		["flags", `$f := print ${KEY} }}{{ writeToFile "/a" "" "" "0600" $f "x"`],
		["path", `$d := sprig_dict "p" ${KEY} }}{{ writeToFile (index $d "p") "" "" "0600" "x"`],
	])("takes no %s from outside: {{ %s }}", async (what, action) => {
		const fault = await faultOf(`{{ ${action} }}`);

		expect(fault.code).toBe("E_TEMPLATE_VALUE");
		expect(fault.message).toMatch(
			new RegExp(`error calling writeToFile: the ${what} came from .*, and nothing from outside chooses`),
		);
		expect(JSON.stringify(fault)).not.toContain("sk-one");
	});

	test("may have a path that is computed of what the author wrote", async () => {
		const { files } = await complete(
			`{{ range $n := loop 2 }}{{ ${KEY} | writeToFile (printf "/out/%d.txt" $n) "" "" "0600" }}{{ end }}`,
		);

		expect(files?.map(({ path }) => path)).toEqual(["/out/0.txt", "/out/1.txt"]);
	});

	test.each([true, false])("is noted where values stand in a format (escape: %s)", async (isEscaped) => {
		const text = `\n{{ range loop 3 }}{{ printf "k: %s" ${KEY} | writeToFile "/out/a.yaml" "" "" "0600" }}{{ end }}`;

		const { notes } = await complete(text, { isEscaped });

		expect(notes).toEqual([
			{
				message:
					"values stand in /out/a.yaml as they are, and one with signs of yaml would break out of its place: spell them in the template (toJSON), or write the file by a template of its own",
				place: {
					file: "t.ctmpl",
					line: 2,
					column: expect.any(Number) as unknown,
					expression: expect.stringContaining("writeToFile") as unknown,
				},
			},
		]);
	});

	test.each([
		["its name tells none", `${KEY} | writeToFile "/out/key" "" "" "0600"`],
		["it holds what the author wrote", '"a: b" | writeToFile "/out/a.yaml" "" "" "0600"'],
		["it is JSON", `(secret "${OPENAI}").Data.data | toJSON | writeToFile "/out/a.json" "" "" "0600"`],
	])("is not noted where %s", async (_why, action) => {
		expect(await complete(`{{ ${action} }}`)).not.toHaveProperty("notes");
	});
});
