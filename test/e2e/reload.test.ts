import { execFileSync } from "node:child_process";
import {
	closeSync,
	constants,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { SOON_MS, startAgent } from "../support/agent-process.ts";
import { CHILD, started, startsIn } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { openVault, SECRET_ID } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const ANTHROPIC = "secret/data/llm/anthropic";
const keyFile = (name: string, path = OPENAI) => `${name}={{#secret "${path}"}}{{api_key}}{{/secret}}\n`;

const holds = async (file: string, text: string) =>
	await eventually(() => expect(readFileSync(file, "utf8")).toBe(text));

/** As a service is: with one, whoever runs the tests may have hung up. */
const WITHOUT_TERMINAL = ["setsid"];

/** The writing end of a pipe, once the agent has opened the other. */
const opened = async (pipe: string) =>
	await eventually(() => openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));

async function scene() {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-1" });
	vault.put(ANTHROPIC, { api_key: "ant-1" });
	return { vault, place: folder() };
}

/** A config with one template, running. */
async function running(settings: object = {}) {
	const { vault, place } = await scene();
	place.write("key.env.hbs", keyFile("K"));
	const templates = [{ source: "key.env.hbs", destination: "out/key.env" }];
	const write = (others: object) => configIn(place, vault, { templates, ...settings, ...others });
	// The file says where the server is, so that it can say another.
	const { VAULT_ADDR: _address, ...env } = vault.env;
	const agent = startAgent(["start", "-c", write({})], { env });
	await holds(place.at("out/key.env"), "K=sk-1\n");
	return { vault, place, agent, write, templates };
}

test("a template that is edited is rendered at once, without a signal", async () => {
	const { place, agent } = await running();

	place.write("key.env.hbs", keyFile("OTHER"));

	await holds(place.at("out/key.env"), "OTHER=sk-1\n");
	const line = await agent.logged("reload");
	expect(line.msg).toBe(`config read again, in force: ${place.at("key.env.hbs")}`);
});

test("a bad edit of a template keeps the old one in force and says where it is bad; a good one ends that", async () => {
	const { vault, place, agent } = await running();

	place.write("key.env.hbs", 'K={{#secret "secret/data/llm/openai"}}{{api_key}}');

	const line = await agent.logged("reload");
	expect(line).toMatchObject({ level: "error", code: "E_TEMPLATE_SYNTAX" });
	expect(line.msg).toMatch(/; the config before it stays in force$/);
	vault.put(OPENAI, { api_key: "sk-2" });
	await holds(place.at("out/key.env"), "K=sk-2\n");
	expect(agent.isRunning()).toBe(true);

	place.write("key.env.hbs", keyFile("GOOD"));
	await holds(place.at("out/key.env"), "GOOD=sk-2\n");
});

test.each([
	["text that is no YAML", "templates: [", "E_CONFIG"],
	["a key that nobody knows", '{"templats": []}', "E_CONFIG"],
])("%s in the config keeps the old one in force", async (...[, text, code]) => {
	const { vault, place, agent } = await running();

	place.write("agent.yaml", text);
	agent.signal("SIGHUP");

	expect(await agent.logged("reload")).toMatchObject({ level: "error", code });
	vault.put(OPENAI, { api_key: "sk-2" });
	await holds(place.at("out/key.env"), "K=sk-2\n");
});

test("a template for a field that is not there changes nothing: not even the good part of the same edit", async () => {
	const { place, agent, write, templates } = await running();

	write({
		templates: [
			...templates,
			{ contents: keyFile("A", ANTHROPIC), destination: "out/good" },
			{ contents: `{{#secret "${OPENAI}"}}{{nope}}{{/secret}}`, destination: "out/bad" },
		],
	});

	const line = await agent.logged("reload");
	expect(line).toMatchObject({ level: "error", code: "E_FIELD_MISSING" });
	expect(() => statSync(place.at("out/good"))).toThrow("ENOENT");
});

test("templates are added and left out; the file of one that is left out stays as it was", async () => {
	const { vault, place, write } = await running();

	write({ templates: [{ contents: keyFile("A", ANTHROPIC), destination: "out/ant.env" }] });

	await holds(place.at("out/ant.env"), "A=ant-1\n");
	vault.put(OPENAI, { api_key: "sk-2" });
	vault.put(ANTHROPIC, { api_key: "ant-2" });
	await holds(place.at("out/ant.env"), "A=ant-2\n");
	expect(readFileSync(place.at("out/key.env"), "utf8")).toBe("K=sk-1\n");
});

/** A folder as the kubelet makes it: the files are links by way of `..data`, which is swapped whole. */
function projected(place: Folder) {
	let version = 0;
	const swap = (files: Readonly<Record<string, string>>) => {
		const folderOf = (n: number) => place.at(join("volume", `..v${n}`));
		mkdirSync(folderOf(++version), { recursive: true });
		for (const [name, text] of Object.entries(files)) writeFileSync(join(folderOf(version), name), text);
		symlinkSync(`..v${version}`, place.at("volume/..tmp"));
		renameSync(place.at("volume/..tmp"), place.at("volume/..data"));
		if (version === 1) {
			for (const name of Object.keys(files)) symlinkSync(`..data/${name}`, place.at(join("volume", name)));
		} else rmSync(folderOf(version - 1), { recursive: true });
	};
	return { swap };
}

test("config and template of a Kubernetes volume are swapped together", async () => {
	const { vault, place } = await scene();
	const { swap } = projected(place);
	const files = (name: string, destination: string) => ({
		"agent.yaml": JSON.stringify({
			vault: { address: vault.address },
			poll_interval: "1s",
			templates: [{ source: "key.env.hbs", destination: place.at(destination) }],
		}),
		"key.env.hbs": keyFile(name),
	});
	swap(files("K", "out/one"));
	startAgent(["start", "-c", place.at("volume/agent.yaml")], { env: vault.env });
	await holds(place.at("out/one"), "K=sk-1\n");

	swap(files("L", "out/two"));

	await holds(place.at("out/two"), "L=sk-1\n");
	expect(readFileSync(place.at("out/one"), "utf8")).toBe("K=sk-1\n");
	swap(files("M", "out/two"));
	await holds(place.at("out/two"), "M=sk-1\n");
});

test("a HUP is answered, also when there is nothing new", async () => {
	const { agent } = await running();

	agent.signal("SIGHUP");

	expect(await agent.logged("reload")).toMatchObject({
		level: "info",
		msg: "config read again, nothing in it is new",
	});
});

test("fifty HUPs in a row make one reading of every secret", async () => {
	const { vault, agent } = await running({ poll_interval: "1h" });
	await agent.logged("rendered");
	const before = vault.count(OPENAI);

	for (let n = 0; n < 50; n++) agent.signal("SIGHUP");
	vault.put(OPENAI, { api_key: "sk-2" });

	await agent.logged("rotation");
	// One path needs no second look to be of one moment.
	expect(vault.count(OPENAI) - before).toBe(1);
	expect(agent.isRunning()).toBe(true);
});

test("another command takes the place of the child's, with the values that it had", async () => {
	const { vault, place } = await scene();
	const [first, second] = [place.at("first"), place.at("second")];
	const write = (notes: string) =>
		configIn(place, vault, {
			env: { KEY: `${OPENAI}#api_key` },
			exec: { command: ["sh", CHILD, notes], start_grace: "100ms", stop_timeout: "5s" },
		});
	const agent = startAgent(["start", "-c", write(first)], { env: vault.env });
	await started(first);

	write(second);

	expect((await started(second)).key).toBe("sk-1");
	expect(startsIn(first)).toHaveLength(1);
	expect(agent.isRunning()).toBe(true);
});

test("a child cannot be taken away; the reason is said and all stays", async () => {
	const { vault, place } = await scene();
	const notes = place.at("notes");
	const templates = [{ contents: keyFile("K"), destination: "out/key.env" }];
	const exec = { command: ["sh", CHILD, notes], start_grace: "100ms", stop_timeout: "5s" };
	const agent = startAgent(["start", "-c", configIn(place, vault, { templates, exec })], { env: vault.env });
	await started(notes);

	configIn(place, vault, { templates });

	expect(await agent.logged("reload")).toMatchObject({ level: "error", code: "E_RELOAD" });
	expect(startsIn(notes)).toHaveLength(1);
});

test("another server is taken when its login works, and not before", async () => {
	const { vault, place, agent, write } = await running();
	const other = await openVault();
	other.put(OPENAI, { api_key: "other-1" });
	const away = { address: "http://127.0.0.1:9" };

	write({ vault: away });
	expect((await agent.logged("reload")).msg).toMatch(/Vault is away .* stays in force, trying again in /);
	vault.put(OPENAI, { api_key: "sk-2" });
	await holds(place.at("out/key.env"), "K=sk-2\n");

	write({ vault: { address: other.address } });
	await holds(place.at("out/key.env"), "K=other-1\n");
	const asked = vault.count("secret/");
	other.put(OPENAI, { api_key: "other-2" });
	await holds(place.at("out/key.env"), "K=other-2\n");
	expect(vault.count("secret/")).toBe(asked);
});

test("credentials that Vault refuses do not take the place of those that work", async () => {
	const { vault, place, agent, write } = await running();
	const config = { role_id: vault.roleId, secret_id: "c4e1b6d0-0000-4000-8000-of-somebody-else" };

	write({ auto_auth: { method: "approle", config } });

	expect(await agent.logged("reload")).toMatchObject({ level: "error", code: "E_LOGIN_REFUSED" });
	vault.put(OPENAI, { api_key: "sk-2" });
	await holds(place.at("out/key.env"), "K=sk-2\n");
	expect(agent.stderr()).not.toContain("of-somebody-else");
	expect(agent.stderr()).not.toContain(SECRET_ID);
});

test("a secret id whose file was removed after reading serves the login of another config as well", async () => {
	const { vault, place } = await scene();
	const file = place.write("secret-id", SECRET_ID);
	const config = { role_id: vault.roleId, secret_id_file_path: file };
	const templates = [{ contents: keyFile("K"), destination: place.at("key.env") }];
	const write = (more: object) =>
		configIn(place, vault, { auto_auth: { method: "approle", config, ...more }, templates });
	const agent = startAgent(["start", "-c", write({})]);
	await holds(place.at("key.env"), "K=sk-1\n");
	expect(place.entries()).not.toContain("secret-id");

	write({ max_backoff: "1m" });

	expect(await agent.logged("reload")).toMatchObject({ changed: ["auto_auth"] });
	expect(vault.count("auth/approle/login")).toBe(2);
});

test("the log's level changes at once", async () => {
	const { agent, write } = await running();

	write({ log: { level: "debug" } });
	await agent.logged("reload");
	write({ log: { level: "error" } });
	await eventually(() => expect(agent.log().filter(({ event }) => event === "reload")).toHaveLength(1));
	write({ log: { level: "trace" } });

	await agent.logged("request");
});

test("files are left alone with watch: false, until a signal asks", async () => {
	const { vault, place, agent } = await running({ watch: false });
	const before = vault.count(OPENAI);

	place.write("key.env.hbs", keyFile("OTHER"));
	await eventually(() => expect(vault.count(OPENAI)).toBeGreaterThan(before + 1));
	expect(readFileSync(place.at("out/key.env"), "utf8")).toBe("K=sk-1\n");
	agent.signal("SIGHUP");

	await holds(place.at("out/key.env"), "OTHER=sk-1\n");
});

test.each(["agent.yaml", "key.env.hbs"])(
	"a signal ends an agent that waits for the writer of a pipe in the place of %s",
	async (name) => {
		const { place, agent } = await running();
		rmSync(place.at(name));
		execFileSync("mkfifo", [place.at(name)]);
		agent.signal("SIGHUP");
		const writer = await opened(place.at(name));
		onTestFinished(() => closeSync(writer));
		const from = performance.now();

		agent.signal("SIGTERM");

		expect(await agent.ended).toBe(0);
		expect(performance.now() - from).toBeLessThan(SOON_MS);
	},
);

test("a SIGHUP that comes while the agent starts does not end it, and reads what has changed since", async () => {
	const { vault, place } = await scene();
	const templates = [{ source: "key.env.hbs", destination: "out/key.env" }];
	const write = (others: object) => configIn(place, vault, { templates, watch: false, ...others });
	const pipe = place.at("key.env.hbs");
	execFileSync("mkfifo", [pipe]);
	const agent = startAgent(["start", "-c", write({})], { env: vault.env, through: WITHOUT_TERMINAL });
	const writer = await opened(pipe); // it has read its config, and waits for the template

	agent.signal("SIGHUP");
	write({ log: { level: "debug" } });
	rmSync(pipe);
	place.write("key.env.hbs", keyFile("K")); // for the second reading
	writeSync(writer, keyFile("K"));
	closeSync(writer);

	await holds(place.at("out/key.env"), "K=sk-1\n");
	expect((await agent.logged("reload")).msg).toContain("in force: log");
});

test("a SIGHUP ends a command that has nothing to read again", async () => {
	const place = folder();
	execFileSync("mkfifo", [place.at("agent.yaml")]);
	const agent = startAgent(["validate", "-c", place.at("agent.yaml")], { through: WITHOUT_TERMINAL });
	const writer = await opened(place.at("agent.yaml"));
	onTestFinished(() => closeSync(writer));

	agent.signal("SIGHUP");

	expect(await agent.ended).toBe(129);
});
