import { existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { LAUNCHER, runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { linkedAs, startCommand } from "../support/shell.ts";
import { openVault, type Vault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const KEY = `{{ with secret "${OPENAI}" }}KEY={{ .Data.data.api_key }}\n{{ end }}`;

async function scene() {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-first", organization: "ours" });
	const place = folder();
	place.write("in.ctmpl", KEY);
	return { vault, place, env: { VAULT_ADDR: vault.address, VAULT_TOKEN: vault.server.rootToken } };
}

const textOf = (place: Folder, name: string) =>
	existsSync(place.at(name)) ? readFileSync(place.at(name), "utf8") : undefined;

describe("consul-template", () => {
	test("renders once by flags alone, also under its own name", async () => {
		const { vault, place, env } = await scene();
		const words = ["-once", `-vault-addr=${vault.address}`, "-template"];
		const named = linkedAs(place, "consul-template");

		const ours = await runAgent(["consul-template", ...words, "in.ctmpl:out.txt"], { env, cwd: place.path });
		const line = `consul-template ${words.join(" ")} "in.ctmpl:named.txt:echo told > told:colon"`;
		const linked = await startCommand(["sh", "-ec", line], { env: { ...env, PATH: named }, cwd: place.path })
			.ended;

		expect([ours.code, linked.code], ours.stderr + linked.stderr).toEqual([0, 0]);
		expect([textOf(place, "out.txt"), textOf(place, "named.txt")]).toEqual(Array(2).fill("KEY=sk-first\n"));
		expect((statSync(place.at("out.txt")).mode & 0o777).toString(8)).toBe("644");
		expect(textOf(place, "told:colon")).toBe("told\n");
	});

	test("takes its config, and flags over it", async () => {
		const { place, env } = await scene();
		const config = `
vault { address = "https://nowhere.test:8200" renew_token = false }
template {
  source      = "in.ctmpl"
  destination = "out.txt"
  perms       = 0600
}
wait { min = "2s" }
`;
		place.write("config.hcl", config);
		const { VAULT_ADDR: address, ...others } = env;
		const words = ["consul-template", "-config=config.hcl", "-once", `-vault-addr=${address}`];

		const { code, stderr } = await runAgent(words, { env: others, cwd: place.path });

		expect([code, textOf(place, "out.txt")], stderr).toEqual([0, "KEY=sk-first\n"]);
		expect((statSync(place.at("out.txt")).mode & 0o777).toString(8)).toBe("600");
	});

	test("gives up what is not there after its attempts, and counts no slow answer among them", async () => {
		const { vault, place, env } = await scene();
		place.write("gone.ctmpl", KEY.replaceAll(OPENAI, "secret/data/llm/gone"));
		const tries = ["-vault-retry-attempts=2", "-vault-retry-backoff=100ms"];
		const words = ["consul-template", "-once", ...tries, "-template=in.ctmpl:out.txt"];
		vault.server.faults.add({ kind: "delay", ms: 1500 }, { path: OPENAI });

		const slow = await runAgent(words, { env, cwd: place.path });
		const gone = await runAgent([...words, "-template=gone.ctmpl:gone.txt"], { env, cwd: place.path });

		expect([slow.code, textOf(place, "out.txt")], slow.stderr).toEqual([0, "KEY=sk-first\n"]);
		expect([gone.code, textOf(place, "gone.txt")], gone.stderr).toEqual([4, undefined]);
		expect(gone.stderr).toContain("gave up after");
	});

	test("starts a child once everything stands, and starts it again when a secret changes", async () => {
		const { vault, place, env } = await scene();
		const child = "cat out.txt; exec sleep 60";
		const words = ["-template=in.ctmpl:out.txt", `-exec=${child}`, "-vault-default-lease-duration=1s"];
		const agent = startAgent(["consul-template", ...words], { env, cwd: place.path });

		await eventually(() => expect(agent.stdout()).toBe("KEY=sk-first\n"));
		vault.put(OPENAI, { api_key: "sk-second" });

		await eventually(() => expect(agent.stdout()).toBe("KEY=sk-first\nKEY=sk-second\n"));
	});

	test.each([
		[["-dry"], /-dry cannot be given here: it prints the secrets\n {2}do +agent render --dry-run/],
		[["-onse"], /unknown flag -onse; did you mean -once\?/],
		[["-once", "out.txt"], /takes flags alone/],
		[["-once", "-template=in.ctmpl"], /-template: the destination is missing; expected in:out/],
		[["-once"], /there is nothing to render[^]* {2}do +give -template=in:out or -config=FILE/],
		[["-once", "-config=none.hcl"], /none\.hcl: there is no such file or folder/],
	])("%j is refused with 2", async (words, message) => {
		const { place, env } = await scene();

		const { code, stderr } = await runAgent(["consul-template", ...words], { env, cwd: place.path });

		expect(code).toBe(2);
		expect(stderr).toMatch(message);
	});

	test("-parse-only checks, and asks nobody", async () => {
		const { vault, place, env } = await scene();
		place.write("bad.ctmpl", "{{ if }}");
		const asked = vault.server.requests.entries.length;

		const words = (file: string) => ["consul-template", "-parse-only", `-template=${file}:out.txt`];
		const good = await runAgent(words("in.ctmpl"), { env, cwd: place.path });
		const bad = await runAgent(words("bad.ctmpl"), { env, cwd: place.path });

		expect([good.code, bad.code, textOf(place, "out.txt")], good.stderr).toEqual([0, 2, undefined]);
		expect(bad.stderr).toMatch(/bad\.ctmpl:1/);
		expect(vault.server.requests.entries.length).toBe(asked);
	});
});

describe("envconsul", () => {
	const names = "printenv | grep -E '^(SECRET|API|ORG|api|org)' | sort";

	test("gives a command the fields of a secret", async () => {
		const { place, env } = await scene();
		const words = ["-secret=secret/llm/openai", "-no-prefix", "-upcase", "-once"];

		const { code, stdout, stderr } = await runAgent(["envconsul", ...words, names], { env, cwd: place.path });

		expect([code, stdout], stderr).toEqual([0, "API_KEY=sk-first\nORGANIZATION=ours\n"]);
	});

	test("takes its config, and passes on how the command ended", async () => {
		const { place, env } = await scene();
		place.write("env.hcl", 'secret {\n  path = "secret/data/llm/openai"\n}\nupcase = true\n');
		const words = ["envconsul", "-config", "env.hcl", "sh", "-c", `${names}; exit 7`];

		const { code, stdout, stderr } = await runAgent(words, { env, cwd: place.path });

		expect([code, stdout], stderr).toEqual([
			7,
			"SECRET_DATA_LLM_OPENAI_API_KEY=sk-first\nSECRET_DATA_LLM_OPENAI_ORGANIZATION=ours\n",
		]);
	});
});

const peer = (process.env["PATH"] ?? "")
	.split(delimiter)
	.map((each) => join(each, "consul-template"))
	.find((path) => existsSync(path));

describe.skipIf(peer === undefined)("the same templates, by the consul-template on PATH and by us", () => {
	const run = async (vault: Vault, place: Folder, program: readonly string[]) => {
		const env = {
			PATH: process.env["PATH"] ?? "",
			VAULT_ADDR: vault.address,
			VAULT_TOKEN: vault.server.rootToken,
		};
		const words = [...program, "-once", "-template=in.ctmpl:out.txt"];
		const { code, stderr } = await startCommand(words, { env, cwd: place.path }).ended;
		return { code, stderr, text: textOf(place, "out.txt") };
	};

	test.each([
		KEY,
		`{{- with secret "${OPENAI}" }}{{ range $k, $v := .Data.data }}{{ $k }}={{ $v | toJSON }}\n{{ end }}{{ end -}}`,
		`{{ range secrets "secret/metadata/llm" }}{{ . }},{{ end }}`,
		`{{ env "VAULT_ADDR" | replaceAll "http" "x" | len }}`,
		`{{ with secret "${OPENAI}" }}{{ mergeMap .Data.data (\`{"a":1}\` | parseJSON) | toJSON }} {{ explodeMap .Data.data }}{{ end }}`,
	])("%j", async (text) => {
		const { vault, place: theirPlace } = await scene();
		const ourPlace = folder();
		for (const place of [theirPlace, ourPlace]) place.write("in.ctmpl", text);

		const theirs = await run(vault, theirPlace, [peer ?? ""]);
		const ours = await run(vault, ourPlace, [process.execPath, LAUNCHER, "consul-template"]);

		expect(theirs.code, theirs.stderr).toBe(0);
		expect([ours.code, ours.text], ours.stderr).toEqual([0, theirs.text]);
	});
});
