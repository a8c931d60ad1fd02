import { statSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { processesWith } from "../support/processes.ts";
import { openStage, type Stage } from "../support/whole-agent.ts";

const OPENAI = "secret/data/llm/openai";
const MINUTE = 60_000;

async function scene(): Promise<Stage> {
	const stage = await openStage();
	stage.vault.put(OPENAI, { api_key: "sk-1" });
	return stage;
}

const key = `{{ with secret "${OPENAI}" }}{{ .Data.data.api_key }}{{ end }}`;

describe("a template in Go's language", () => {
	test("is rendered like any other, with its side files in the same generation", async () => {
		const stage = await scene();
		const { place } = stage;
		const side = `{{ with secret "${OPENAI}" }}{{ .Data.data.api_key | writeToFile "${place.at("side")}" "" "" "0640" }}{{ end }}`;
		const agent = stage.start({
			poll_interval: "15s",
			templates: [{ contents: `K="${key}"\n${side}`, destination: "key.sh", language: "go" }],
		});
		await agent.ready();
		expect([agent.file("key.sh").text, agent.file("side").text]).toEqual(['K="sk-1"\n', "sk-1"]);
		expect(statSync(place.at("side")).mode & 0o777).toBe(0o640);

		stage.vault.put(OPENAI, { api_key: 'sk"2' });
		await agent.passUntil(() => expect(agent.file("side").text).toBe('sk"2'), MINUTE);

		expect(agent.file("key.sh").text).toBe('K="sk\\"2"\n');
		expect(agent.said("rendered")).toHaveLength(2);
	});

	test("does not write through a link that somebody put in the place of a side file", async () => {
		const stage = await scene();
		const { place } = stage;
		place.write("elsewhere", "mine");
		symlinkSync(place.at("elsewhere"), place.at("side"));
		const contents = `{{ "x" | writeToFile "${place.at("side")}" "" "" "0600" }}${key}`;

		const agent = stage.start({ templates: [{ contents, destination: "key", language: "go" }] });

		expect(await agent.ended).toBe(6);
		expect(agent.lines.at(-1)).toMatchObject({ code: "E_DESTINATION" });
		expect(place.entries()).toEqual(["agent.yaml", "elsewhere", "side"]);
	});

	test("may say its format in a comment, where the file's name does not", async () => {
		const stage = await scene();
		stage.vault.put(OPENAI, { api_key: 'sk"$(id)' });
		const contents = `{{- /* keyturn: format=shell */ -}}\nK="${key}"\n`;
		const template = { contents, language: "go" };

		const agent = stage.start({
			templates: [
				{ ...template, destination: "escaped" },
				{ ...template, destination: "raw", escape: false },
			],
		});
		await agent.ready();

		expect(agent.file("escaped").text).toBe('K="sk\\"\\$(id)"\n');
		expect(agent.file("raw").text).toBe('K="sk"$(id)"\n');
		expect(agent.said("template")).toEqual([
			expect.stringContaining(`(raw):2:49: field "api_key" of ${OPENAI} breaks out of its place`),
		]);
	});

	test("is refused with the nearest word where the comment names no format", async () => {
		const stage = await scene();
		const contents = `\n{{/* keyturn: format=shel */}}${key}`;

		const agent = stage.start({ templates: [{ contents, destination: "key", language: "go" }] });

		expect(await agent.ended).toBe(2);
		expect(agent.lines.at(-1)?.["msg"]).toMatch(/:2: no format is called so; did you mean "shell"\?$/);
	});

	test("tells once of a field that is not there, where that is no error", async () => {
		const stage = await scene();
		const contents = `{{ with secret "${OPENAI}" }}{{ .Data.data.apikey }}{{ end }}`;
		const agent = stage.start({
			poll_interval: "15s",
			templates: [{ contents, destination: "key", language: "go", error_on_missing_key: false }],
		});
		await agent.ready();
		stage.vault.put(OPENAI, { api_key: "sk-2" });
		await agent.passUntil(() => expect(agent.said("rotation")).toHaveLength(1), MINUTE);

		expect(agent.file("key").text).toBe("<no value>");
		const [line, ...more] = agent.lines.filter(({ event }) => event === "template");
		expect(more).toEqual([]);
		expect(line).toMatchObject({ level: "warn", path: OPENAI, field: "apikey", line: 1 });
	});

	test("makes variables of the child, from a file that is read again with the config", async () => {
		const stage = await scene();
		const { place } = stage;
		place.write("url.tpl", `https://<< with secret "${OPENAI}" >><< .Data.data.api_key >><< end >>@one`);
		const told = place.at("told");
		const agent = stage.start({
			env: {
				URL: { source: "url.tpl", language: "go", left_delimiter: "<<", right_delimiter: ">>" },
				PLAIN: { contents: `{{#secret "${OPENAI}"}}{{api_key}}!{{/secret}}` },
			},
			exec: { command: ["sh", "-c", `echo "$URL $PLAIN" >>${told}; exec sleep 1000`], start_grace: "0s" },
		});
		await agent.ready();
		await agent.passUntil(() => expect(agent.file("told").text).toBe("https://sk-1@one sk-1!\n"), MINUTE);

		place.write("url.tpl", "https://two");
		agent.signal("SIGHUP");
		await agent.passUntil(
			() => expect(agent.file("told").text).toBe("https://sk-1@one sk-1!\nhttps://two sk-1!\n"),
			MINUTE,
		);
	});

	test("with a word that is not known ends the start with 2, and file, line and column", async () => {
		const stage = await scene();
		stage.place.write("a.tpl", "line one\n{{ secrt }}\n");
		const agent = stage.start({ templates: [{ source: "a.tpl", destination: "key", language: "go" }] });

		expect(await agent.ended).toBe(2);
		expect(JSON.stringify(agent.lines.at(-1))).toContain(`${stage.place.at("a.tpl")}:2:4`);
		expect(stage.place.entries()).toEqual(["a.tpl", "agent.yaml"]);
	});
});

test("a variable's template cannot ask for the private port", async () => {
	const stage = await scene();
	const agent = stage.start({
		env: { KEY: { contents: "{{port}}" } },
		exec: {
			command: ["sleep", "1000"],
			on_change: "rolling",
			listen: `unix:${stage.place.at("public")}`,
			ready: { tcp: true },
		},
	});

	expect(await agent.ended).toBe(2);
	expect(agent.lines.at(-1)).toMatchObject({ code: "E_TEMPLATE_PORT" });
});

describe("an agent that gives up", () => {
	test("ends with the error's exit code, and leaves no child behind", async () => {
		const stage = await scene();
		const agent = stage.start({
			poll_interval: "15s",
			give_up_after: "5m",
			templates: [{ contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`, destination: "key" }],
			exec: { command: ["sh", "-c", `sleep 1000 # ${stage.place.path}`], start_grace: "0s" },
		});
		await agent.ready();
		const children = () => processesWith(`# ${stage.place.path}`);
		expect(children()).toHaveLength(1);
		stage.vault.server.faults.add({ kind: "status", status: 500 }, { path: OPENAI });

		let code: number | undefined;
		void agent.ended.then((ended) => (code = ended));
		await agent.passUntil(() => expect(code).toBeDefined(), 10 * MINUTE);

		expect(code).toBe(5);
		expect(agent.lines.at(-1)).toMatchObject({ code: "E_VAULT_BUSY" });
		expect(agent.lines.at(-1)?.msg).toContain("gave up after 5m");
		expect(children()).toEqual([]);
		expect(agent.file("key").text).toBe("sk-1");
	});
});

test("a folder that is not there is an error before the login, where none is to be made", async () => {
	const stage = await scene();
	const template = { contents: "x", destination: "in/key", create_dest_dirs: false };

	const agent = stage.start({ templates: [template] });

	expect(await agent.ended).toBe(6);
	expect(agent.lines.at(-1)?.msg).toContain("in/key: the folder is not there");
	expect(agent.tried()).toEqual([]);
});
