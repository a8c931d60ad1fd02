import { describe, expect, test } from "vitest";
import {
	agentBench,
	COMMAND,
	fileUnit,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../../test/support/agent-bench.ts";
import { parseTemplate, type Template, type WrittenFile } from "../template/mod.ts";

/** A template that writes its text into other files as well. */
function writing(
	text: string,
	files: readonly (Partial<WrittenFile> & { readonly path: string })[],
): Template {
	const inner = parseTemplate(text, { file: "x.tpl", allowEmpty: false });
	return {
		discover: () => inner.discover(),
		render: (inputs, context) => {
			const pass = inner.render(inputs, context);
			if (pass.kind === "incomplete") return pass;
			const pieces = pass.pieces.filter((piece) => piece.kind !== "port");
			const written = files.map((file) => ({ pieces, mode: 0o640, isAppended: false, ...file }));
			return { ...pass, files: written };
		},
	};
}

const beside = {
	resolve: (path: string) => (path.startsWith("/") ? path : `/here/${path}`),
	formatOf: (path: string) => (path.endsWith(".json") ? "json" : "text"),
};

const literally = (text: string) => [{ kind: "text", text }] as const;

function unitWriting(...files: Parameters<typeof writing>[1]) {
	return fileUnit("/out/main", KEY_FILE, { template: writing(KEY_FILE, files), beside, onChange: COMMAND });
}

describe("files that a template writes beside its own", () => {
	test("come in the same generation, with their own mode, escaped for their own format", async () => {
		const { secrets, run, memory, log } = agentBench([
			unitWriting({ path: "/out/ca.pem" }, { path: "key.json" }),
		]);
		secrets.put(OPENAI, { api_key: 'sk"1' });

		await run();

		expect(memory.files).toEqual({
			"/out/main": 'sk"1',
			"/out/ca.pem": 'sk"1',
			"/here/key.json": '"sk\\"1"',
		});
		expect((await memory.fs.lstat("/out/ca.pem")).mode & 0o777).toBe(0o640);
		expect(log.linesOf("rendered")).toEqual([
			expect.objectContaining({
				files: ["/out/main", "/out/ca.pem", "/here/key.json"],
				msg: `generation 1: 3 files, 0 variables (${OPENAI} v1)`,
			}),
		]);
	});

	test("hold what was written last, and what was appended to it", async () => {
		const { secrets, run, memory } = agentBench([
			unitWriting(
				{ path: "/out/list", pieces: literally("gone\n"), isAppended: true },
				{ path: "/out/list", pieces: literally("a\n") },
				{ path: "/out/list", pieces: literally("b\n"), isAppended: true },
			),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });

		await run();

		expect(memory.files["/out/list"]).toBe("a\nb\n");
	});

	test("have somebody told when they alone have changed, and leave no notice behind", async () => {
		const template = (key: string): Template => ({
			...writing(key, [{ path: "/out/side" }]),
			render: (inputs) => {
				const pass = writing(KEY_FILE, [{ path: "/out/side" }]).render(inputs);
				return pass.kind === "complete" ? { ...pass, pieces: literally("always the same") } : pass;
			},
		});
		const bench = agentBench([
			fileUnit("/out/main", "x", { template: template(KEY_FILE), beside, onChange: COMMAND }),
		]);
		const { secrets, run, nextPoll, memory, notices } = bench;
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/main": "always the same", "/out/side": "sk-2" });
		expect(notices).toEqual(["reload", "reload"]);
		expect(memory.hidden).toEqual([]);
	});

	test("stay where they are when they are written no more", async () => {
		let files = [{ path: "/out/side" }];
		const inner = parseTemplate(KEY_FILE, { file: "x.tpl", allowEmpty: false });
		const template: Template = {
			discover: () => inner.discover(),
			render: (inputs) => writing(KEY_FILE, files).render(inputs),
		};
		const { secrets, run, nextPoll, memory } = agentBench([fileUnit("/out/main", "x", { template, beside })]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		files = [];
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/main": "sk-2", "/out/side": "sk-1" });
	});

	test("go with the file when its secret is deleted", async () => {
		const unit = { ...unitWriting({ path: "/out/side" }), onDeleted: "remove" as const };
		const { secrets, run, nextPoll, memory } = agentBench([unit]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		secrets.delete(OPENAI);
		await nextPoll();

		expect(memory.files).toEqual({});
	});

	test("leave the old ones whole where one of them cannot be written", async () => {
		const { secrets, run, nextPoll, memory } = agentBench([unitWriting({ path: "/out/side" })]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		memory.onWrite = (path) => {
			if (path === "/out/side") throw Object.assign(new Error("EIO"), { code: "EIO" });
		};

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/main": "sk-1", "/out/side": "sk-1" });
	});

	test.each([
		["its own destination", "/out/main", "is the template's own destination"],
		["another's destination", "/out/other", "is written for /out/other already"],
	])("cannot be %s", async (_what, path, words) => {
		const { secrets, start, clock, memory } = agentBench([
			unitWriting({ path }),
			fileUnit("/out/other", "x"),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });

		const { started } = start();
		const failed = expect(started).rejects.toThrow(
			`${path}, which the template of /out/main writes, ${words}`,
		);
		await clock.advance(0);

		await failed;
		expect(memory.files).toEqual({});
	});

	test("are of one template alone", async () => {
		const second = fileUnit("/out/second", "x", {
			template: writing(KEY_FILE, [{ path: "/out/side" }]),
			beside,
		});
		const { secrets, start, clock } = agentBench([unitWriting({ path: "/out/side" }), second]);
		secrets.put(OPENAI, { api_key: "sk-1" });

		const failed = expect(start().started).rejects.toThrow(
			"/out/side, which the template of /out/second writes, is written for /out/main already",
		);
		await clock.advance(0);

		await failed;
	});

	test("are none of a variable's", async () => {
		const unit = variableUnit("KEY", OPENAI);
		const { secrets, start, clock } = agentBench([
			{ ...unit, template: writing(KEY_FILE, [{ path: "/out/side" }]) },
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });

		const failed = expect(start().started).rejects.toThrow("the template of KEY writes a file");
		await clock.advance(0);

		await failed;
	});
});
