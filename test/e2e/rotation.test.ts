import { existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, startAgent } from "../support/agent-process.ts";
import { CHILD, noted, notesIn, started, startsIn } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const ANTHROPIC = "secret/data/llm/anthropic";
const KEY_FILE = { contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`, destination: "key.env" };

async function scene() {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-1" });
	vault.put(ANTHROPIC, { api_key: "ant-1" });
	const place = folder();
	const notes = place.at("notes");
	const exec = { command: ["sh", CHILD, notes], start_grace: "100ms", stop_timeout: "5s" };
	const start = (settings: object): AgentProcess =>
		startAgent(["start", "-c", configIn(place, vault, settings)], { env: vault.env });
	const fileHolds = (name: string, text: string) =>
		eventually(() => expect(readFileSync(place.at(name), "utf8")).toBe(text));
	return { vault, place, notes, exec, start, fileHolds };
}

test("a new version is seen, the file rewritten and the child restarted with the new key", async () => {
	const { vault, place, notes, exec, start, fileHolds } = await scene();
	const agent = start({
		templates: [{ ...KEY_FILE, mode: "0640" }],
		env: { KEY: `${OPENAI}#api_key` },
		exec,
	});
	expect((await started(notes)).key).toBe("sk-1");
	await fileHolds("key.env", "K=sk-1");

	vault.put(OPENAI, { api_key: "sk-2" });

	expect((await started(notes, 2)).key).toBe("sk-2");
	await agent.logged("turned over");
	await fileHolds("key.env", "K=sk-2");
	expect(statSync(place.at("key.env")).mode & 0o777).toBe(0o640);
	expect(startsIn(notes).length).toBe(2);
	const rotation = await agent.logged("rotation");
	expect(rotation.msg).toMatch(new RegExp(`^${OPENAI} v1 → v2, seen [\\d.]+ m?s after it was written$`));
	expect(rotation).toMatchObject({ path: OPENAI, from_version: 1, version: 2 });
	expect(await agent.logged("rotated")).toMatchObject({
		path: OPENAI,
		from_version: 1,
		version: 2,
		generation: 2,
		files: [place.at("key.env")],
		variables: ["KEY"],
		turned_over: ["child restarted"],
	});
	const generations = agent.log().filter(({ event }) => event === "rendered");
	expect(generations.map(({ msg }) => msg)).toEqual([
		`generation 1: 1 file, 1 variable (${OPENAI} v1)`,
		`generation 2: 1 file, 1 variable (${OPENAI} v2)`,
	]);
});

test("several files and variables of one change make one restart", async () => {
	const { vault, notes, exec, start, fileHolds } = await scene();
	const agent = start({
		templates: [
			KEY_FILE,
			{ contents: `{{#secret "${ANTHROPIC}"}}{{api_key}}{{/secret}}`, destination: "ant.txt" },
			{ contents: `{{#secret "${ANTHROPIC}"}}A={{api_key}}{{/secret}}`, destination: "deep/ant.env" },
		],
		env: { KEY: `${OPENAI}#api_key`, ANT: `${ANTHROPIC}#api_key` },
		exec,
	});
	await started(notes);

	vault.put(OPENAI, { api_key: "sk-2" });
	vault.put(ANTHROPIC, { api_key: "ant-2" });
	agent.signal("SIGHUP");

	expect((await started(notes, 2)).key).toBe("sk-2");
	await fileHolds("ant.txt", "ant-2");
	await fileHolds("deep/ant.env", "A=ant-2");
	await agent.logged("turned over");
	expect(startsIn(notes).length).toBe(2);
});

test("polls of an unchanged secret write nothing and restart nothing", async () => {
	const { vault, place, notes, exec, start } = await scene();
	const agent = start({ templates: [KEY_FILE], exec });
	await started(notes);
	const before = statSync(place.at("key.env"), { bigint: true });

	await eventually(() => expect(vault.count(OPENAI)).toBeGreaterThan(2));
	await vault.send("POST", "secret/metadata/llm/openai", { custom_metadata: { owner: "team-a" } });
	vault.put(OPENAI, { api_key: "sk-1" });
	await agent.logged("rotation");

	const after = statSync(place.at("key.env"), { bigint: true });
	expect([after.mtimeNs, after.ino]).toEqual([before.mtimeNs, before.ino]);
	expect(notesIn(notes).length).toBe(1);
});

test("KV v1 turns over as well", async () => {
	const { vault, notes, exec, start } = await scene();
	vault.put("kv/llm/x", { api_key: "v1-first" });
	start({ env: { KEY: "kv/llm/x#api_key" }, exec });
	expect((await started(notes)).key).toBe("v1-first");

	vault.put("kv/llm/x", { api_key: "v1-second" });

	expect((await started(notes, 2)).key).toBe("v1-second");
});

test.each(["SIGHUP", "SIGUSR1"])(
	"on_change: { signal: %s } reaches the child, which goes on",
	async (signal) => {
		const { vault, notes, exec, start, fileHolds } = await scene();
		const agent = start({ templates: [{ ...KEY_FILE, on_change: { signal } }], exec });
		const { pid } = await started(notes);

		vault.put(OPENAI, { api_key: "sk-2" });
		agent.signal("SIGHUP");

		await noted(notes, signal);
		await fileHolds("key.env", "K=sk-2");
		expect((await agent.logged("turned over")).msg).toBe(`${signal} sent to the child`);
		expect(notesIn(notes)).toEqual([`start ${pid} `, signal]);
	},
);

test("a command runs after each change, tried again until it has happened, without the agent's credentials", async () => {
	const { vault, place, start, fileHolds } = await scene();
	const script = `env >${place.at("environ")}; echo x >>${place.at("tries")}; test -e ${place.at("ready")}`;
	const agent = start({ templates: [{ ...KEY_FILE, on_change: { command: ["sh", "-c", script] } }] });

	const failure = await agent.logged("notification failed");
	expect(failure).toMatchObject({
		level: "warn",
		msg: "sh failed: exit 1; the new files stand, trying again until it has happened",
		files: [place.at("key.env")],
	});
	await fileHolds("key.env", "K=sk-1");
	place.write("ready", "");

	expect((await agent.logged("turned over")).msg).toBe("sh has run");
	const tries = readFileSync(place.at("tries"), "utf8").length / 2;
	expect(tries).toBeGreaterThan(1);
	expect(readFileSync(place.at("environ"), "utf8")).not.toMatch(/VAULT_(SECRET_ID|TOKEN)/);

	vault.put(OPENAI, { api_key: "sk-2" });
	await eventually(() => expect(readFileSync(place.at("tries"), "utf8").length / 2).toBe(tries + 1));
	await eventually(() => expect(place.entries()).not.toContain(".key.env.keyturn-notify"));
});

test("a call is made after each change, tried again while it is answered with an error", async () => {
	const { start } = await scene();
	const statuses = [503, 404, 204];
	const calls: string[] = [];
	const gateway = createServer((request, response) => {
		calls.push(`${request.method} ${request.url}`);
		response.writeHead(statuses[calls.length - 1] ?? 204).end();
	});
	await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void gateway.close());
	const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/reload`;

	const agent = start({ templates: [{ ...KEY_FILE, on_change: { http: { url, method: "PUT" } } }] });

	expect((await agent.logged("turned over")).msg).toBe(`PUT ${url} answered`);
	expect(calls).toEqual(["PUT /reload", "PUT /reload", "PUT /reload"]);
	const failures = agent.log().filter(({ event }) => event === "notification failed");
	expect(failures.map(({ msg }) => msg.split(";")[0])).toEqual([
		`PUT ${url} failed: status 503`,
		`PUT ${url} failed: status 404`,
	]);
});

test("what was due when the agent was killed is made up for by the next one", async () => {
	const { place, start } = await scene();
	const settings = {
		templates: [
			{
				...KEY_FILE,
				on_change: { command: ["sh", "-c", `test -e ${place.at("ready")} && touch ${place.at("told")}`] },
			},
		],
	};
	const first = start(settings);
	await first.logged("notification failed");
	first.signal("SIGKILL");
	expect(await first.ended).toBe(137);
	place.write("ready", "");

	const second = start(settings);

	await second.logged("turned over");
	expect(existsSync(place.at("told"))).toBe(true);
});

test("SIGHUP reads now, and fifty of them do no harm", async () => {
	const { vault, notes, exec, start, fileHolds } = await scene();
	const agent = start({ poll_interval: "1h", templates: [KEY_FILE], exec });
	await started(notes);
	const before = vault.count(OPENAI);
	vault.put(OPENAI, { api_key: "sk-2" });

	agent.signal("SIGHUP");
	await fileHolds("key.env", "K=sk-2");
	await started(notes, 2);
	const once = vault.count(OPENAI) - before;
	for (let i = 0; i < 50; i++) agent.signal("SIGHUP");
	vault.put(OPENAI, { api_key: "sk-3" });
	agent.signal("SIGHUP");

	await fileHolds("key.env", "K=sk-3");
	await started(notes, 3);
	expect(once).toBeLessThanOrEqual(2);
	expect(notesIn(notes)).not.toContain("SIGHUP");
	expect(agent.isRunning()).toBe(true);
});

test("SIGHUP puts a file back that somebody has changed", async () => {
	const { place, start, fileHolds } = await scene();
	const agent = start({ poll_interval: "1h", templates: [KEY_FILE] });
	await agent.logged("rendered");
	place.write("key.env", "K=somebody");

	agent.signal("SIGHUP");

	await fileHolds("key.env", "K=sk-1");
	expect(agent.log().some(({ event }) => event === "rotation")).toBe(false);
});

test("a deleted secret: its file stays with on_deleted keep, goes with remove, comes back with a new version", async () => {
	const { vault, place, start, fileHolds } = await scene();
	const agent = start({
		templates: [
			{ ...KEY_FILE, destination: "kept.env" },
			{ ...KEY_FILE, destination: "removed.env", on_deleted: "remove" },
			{ contents: `{{#secret "${ANTHROPIC}"}}{{api_key}}{{/secret}}`, destination: "other.txt" },
		],
	});
	await fileHolds("removed.env", "K=sk-1");
	await fileHolds("other.txt", "ant-1");

	await vault.send("DELETE", OPENAI);
	agent.signal("SIGHUP");
	await eventually(() => expect(existsSync(place.at("removed.env"))).toBe(false));
	vault.put(ANTHROPIC, { api_key: "ant-2" });
	agent.signal("SIGHUP");
	await fileHolds("other.txt", "ant-2");
	await fileHolds("kept.env", "K=sk-1");
	const failures = agent.log().filter(({ event }) => event === "render failed");
	expect(failures.map(({ msg }) => msg)).toEqual([
		`${place.at("kept.env")}: ${OPENAI} is deleted (version 1); its last good version stays`,
		`${place.at("removed.env")}: ${OPENAI} is deleted (version 1); it is removed`,
	]);

	vault.put(OPENAI, { api_key: "sk-2" });
	agent.signal("SIGHUP");
	await fileHolds("removed.env", "K=sk-2");
	await fileHolds("kept.env", "K=sk-2");
});

test("an outage takes neither file nor child away; it is said once, and so is its end", async () => {
	const { vault, notes, exec, start, fileHolds } = await scene();
	const agent = start({ templates: [KEY_FILE], exec });
	const { pid } = await started(notes);
	const seen = vault.count(OPENAI);

	const end = vault.server.faults.add({ kind: "cut" });
	const failure = await agent.logged("read failed");
	await eventually(() => expect(vault.count(OPENAI)).toBeGreaterThan(seen + 2));
	vault.put(OPENAI, { api_key: "sk-2" });
	end();

	expect(failure.msg).toMatch(/^Vault is away \(.+\); serving generation 1, next try in [\d.]+ m?s$/);
	expect((await agent.logged("recovered")).msg).toMatch(/^Vault is back after [\d.]+ m?s$/);
	expect(agent.log().filter(({ event }) => event === "read failed").length).toBe(1);
	await fileHolds("key.env", "K=sk-2");
	await started(notes, 2);
	expect(notesIn(notes)[0]).toBe(`start ${pid} `);
});

test("a child that cannot live with the new key gets the old one back, and the failure is reported", async () => {
	const { vault, place, start, fileHolds } = await scene();
	const notes = place.at("starts");
	const script = `echo "start $$ $KEY" >>${notes}; test "$KEY" = sk-2 && exit 9; exec sleep 60`;
	const agent = start({
		templates: [KEY_FILE],
		env: { KEY: `${OPENAI}#api_key` },
		exec: { command: ["sh", "-c", script], start_grace: "500ms" },
	});
	await started(notes);

	vault.put(OPENAI, { api_key: "sk-2" });
	agent.signal("SIGHUP");

	expect((await agent.logged("rejected")).msg).toContain("generation 2 is rejected: its child did not live");
	await started(notes, 3);
	expect(startsIn(notes).map(({ key }) => key)).toEqual(["sk-1", "sk-2", "sk-1"]);
	await fileHolds("key.env", "K=sk-1");
	vault.put(OPENAI, { api_key: "sk-3" });
	agent.signal("SIGHUP");
	await fileHolds("key.env", "K=sk-3");
	expect((await started(notes, 4)).key).toBe("sk-3");
});

test("one file that cannot be written holds the whole generation back until it can, and nothing is lost", async () => {
	const { vault, place, notes, exec, start, fileHolds } = await scene();
	const second = { ...KEY_FILE, destination: "out/second.env" };
	const agent = start({ templates: [KEY_FILE, second], env: { KEY: `${OPENAI}#api_key` }, exec });
	await started(notes);
	const fault = place.at("out/second.env");
	symlinkSync("elsewhere", place.at("link"));
	renameSync(place.at("link"), fault);

	vault.put(OPENAI, { api_key: "sk-2" });
	agent.signal("SIGHUP");
	const failure = await agent.logged("delivery failed");

	expect(failure.level).toBe("error");
	expect(failure.msg).toMatch(/second\.env is a link to elsewhere; nothing is turned over, trying again in /);
	expect(readFileSync(place.at("key.env"), "utf8")).toBe("K=sk-1");
	expect(startsIn(notes).length).toBe(1);
	expect(place.entries("out")).toEqual(["second.env"]);

	rmSync(fault);
	await fileHolds("key.env", "K=sk-2");
	await fileHolds("out/second.env", "K=sk-2");
	expect((await started(notes, 2)).key).toBe("sk-2");
});
