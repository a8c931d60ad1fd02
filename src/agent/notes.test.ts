import { describe, expect, test } from "vitest";
import { agentBench, fileUnit, KEY_FILE, OPENAI } from "../../test/support/agent-bench.ts";
import { statusReport } from "./mod.ts";
import { parseTemplate, type Template } from "../template/mod.ts";

describe("notes of a template", () => {
	const note = { message: 'field "x" is not in kv/a', place: { file: "a.tpl", line: 3, column: 4 } };

	test("are told once, with place, path and field, and again when they are others", async () => {
		let notes = [{ ...note, path: "kv/a", field: "x" }];
		const inner = parseTemplate(KEY_FILE, { file: "a.tpl", allowEmpty: false });
		const template: Template = {
			discover: () => inner.discover(),
			render: (inputs) => {
				const pass = inner.render(inputs);
				return pass.kind === "complete" ? { ...pass, notes } : pass;
			},
		};
		const { agent, clock, secrets, store, run, nextPoll, log } = agentBench([
			fileUnit("/out/a", "x", { template }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(log.linesOf("template")).toEqual([
			{
				level: "warn",
				event: "template",
				msg: 'a.tpl:3:4: field "x" is not in kv/a',
				in: "a.tpl:3:4",
				file: "a.tpl",
				line: 3,
				path: "kv/a",
				field: "x",
			},
		]);
		const session = { sinks: [], standing: { method: "token" as const } };
		const told = { version: "1", clock, agent, store, session, isStopping: false };
		const { files } = statusReport({ ...told, clean: (text) => text.replace("kv/a", "…") });
		expect(files[0]?.notes).toEqual(['a.tpl:3:4: field "x" is not in …']);

		notes = [{ ...note, message: 'field "y" is not in kv/a', path: "kv/a", field: "y" }];
		secrets.put(OPENAI, { api_key: "sk-3" });
		await nextPoll();

		expect(log.of("template")).toHaveLength(2);
	});

	test("tell of a value that breaks out, where values are put in as they are", async () => {
		const contents = `{{#secret "${OPENAI}"}}export K="{{{raw api_key}}}"{{/secret}}\n`;
		const loose = { format: "shell", isUnescaped: true } as const;
		const { secrets, run, nextPoll, log } = agentBench([
			fileUnit("/out/a", contents, loose),
			fileUnit("/out/b", contents, { format: "shell" }),
		]);
		secrets.put(OPENAI, { api_key: "harmless" });
		await run();
		expect(log.of("template")).toEqual([]);

		secrets.put(OPENAI, { api_key: "$(reboot)" });
		await nextPoll();

		const [line, ...more] = log.linesOf("template");
		expect(more).toEqual([]);
		expect(line).toMatchObject({ path: OPENAI, field: "api_key", file: "/out/a.hbs", line: 1 });
		expect(line?.msg).toContain(`field "api_key" of ${OPENAI} breaks out of its place`);
		expect(JSON.stringify(line)).not.toContain("reboot");
	});
});
