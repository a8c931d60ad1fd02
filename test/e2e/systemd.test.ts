import { execFileSync, spawn } from "node:child_process";
import { dirname } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { startAgent } from "../support/agent-process.ts";
import { notesIn } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const TEMPLATE = { contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`, destination: "key" };

/** An agent as systemd starts it, with a `systemd-notify` that notes what it is given. */
async function service(
	more: Readonly<Record<string, string>> = {},
	script?: (out: string) => string,
	ready?: object,
) {
	const vault = await openVault();
	const place = folder();
	const notes = place.at("notes");
	place.write("bin/systemd-notify", `#!/bin/sh\necho "$*" >>${notes}\n`, 0o700);
	const path = `${place.at("bin")}:${dirname(process.execPath)}:/usr/bin:/bin`;
	const env = { ...vault.env, PATH: path, NOTIFY_SOCKET: place.at("socket"), ...more };
	const exec = script && { command: ["sh", "-c", script(place.at("env.txt"))], ...(ready && { ready }) };
	const config = configIn(place, vault, { templates: [TEMPLATE], ...(exec && { exec }) });
	/** Waits until systemd has been told this, and nothing else. */
	const told = async (...words: string[]) =>
		await eventually(() => {
			const now = notesIn(notes).map(withoutTime);
			if (now.join("\n") !== words.join("\n")) throw new Error(`told: ${now.join(", ")}`);
			return now;
		});
	const start = () => startAgent(["start", "-c", config], { env, cwd: place.path });
	return { vault, place, notes, told, start };
}

const withoutTime = (line: string) => line.replace(/(?<=USEC=)\d+$/, "N");

test("systemd is not told ready before everything stands, and is told of the end", async () => {
	const { vault, told, start } = await service();
	vault.server.faults.add({ kind: "status", status: 503 });
	const agent = start();
	await agent.logged("waiting");

	agent.signal("SIGTERM");
	await agent.ended;

	expect(await told("STOPPING=1")).toHaveLength(1);
});

test("ready does not come before the child is, whatever is read again meanwhile", async () => {
	const { vault, place, told, start } = await service({}, () => "sleep 600", {
		command: ["test", "-e", "up"],
		interval: "50ms",
	});
	vault.put(OPENAI, { api_key: "sk-1" });
	const agent = start();
	await agent.logged("child", ({ kind }) => kind === "started");
	agent.signal("SIGHUP");
	await agent.logged("reload");
	await told();

	place.write("up", "");

	expect(await told("READY=1")).toHaveLength(1);
});

test("ready comes with the first whole generation, and again after a reload", async () => {
	const { vault, told, start } = await service();
	vault.put(OPENAI, { api_key: "sk-1" });
	const agent = start();
	await told("READY=1");

	agent.signal("SIGHUP");
	await told("READY=1", "RELOADING=1 MONOTONIC_USEC=N", "READY=1");

	agent.signal("SIGTERM");
	expect(await agent.ended).toBe(0);
	await told("READY=1", "RELOADING=1 MONOTONIC_USEC=N", "READY=1", "STOPPING=1");
});

test("a watchdog is fed twice in its time", async () => {
	const { vault, notes, start } = await service({ WATCHDOG_USEC: "200000" });
	vault.put(OPENAI, { api_key: "sk-1" });
	start();

	await eventually(() =>
		expect(notesIn(notes).filter((line) => line === "WATCHDOG=1").length).toBeGreaterThan(3),
	);
});

test("the child does not get systemd's socket", async () => {
	const { vault, place, start } = await service(
		{ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "1" },
		(out) => `env >${out}.new; mv ${out}.new ${out}; exec sleep 60`,
	);
	vault.put(OPENAI, { api_key: "sk-1" });
	const agent = start();
	await agent.logged("child");

	const env = await eventually(() => textOf(place, "env.txt"));

	expect(env).not.toMatch(/NOTIFY_SOCKET|WATCHDOG/);
});

test("without systemd-notify it is said once, and the agent goes on", async () => {
	const { vault, place, start } = await service({ PATH: "/nonexistent" });
	vault.put(OPENAI, { api_key: "sk-1" });
	const agent = start();

	expect((await agent.logged("systemd")).msg).toMatch(/^systemd-notify has failed \(ENOENT\)/);
	expect(await eventually(() => textOf(place, "key"))).toBe("sk-1");
	agent.signal("SIGHUP");
	await eventually(() => expect(vault.count(OPENAI)).toBeGreaterThan(2));
	expect(agent.log().filter(({ event }) => event === "systemd")).toHaveLength(1);
});

const RECEIVER = `
import os, socket, sys
path, out = sys.argv[1:]
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(path)
while True:
    data, ancillary, _, _ = server.recvmsg(4096, 1024)
    for _, _, fds in ancillary:
        for n in range(0, len(fds), 4): os.close(int.from_bytes(fds[n:n + 4], sys.byteorder))
    with open(out, "a") as file: file.write(data.decode().replace(chr(10), " ") + chr(10))
`;

const has = (program: string) => {
	try {
		execFileSync("sh", ["-c", `command -v ${program}`]);
		return true;
	} catch {
		return false;
	}
};

test.skipIf(!has("systemd-notify") || !has("python3"))(
	"the real systemd-notify says it on the socket",
	async () => {
		const vault = await openVault();
		vault.put(OPENAI, { api_key: "sk-1" });
		const place = folder();
		const receiver = spawn("python3", ["-c", RECEIVER, place.at("socket"), place.at("notes")], {
			stdio: "ignore",
		});
		onTestFinished(() => void receiver.kill("SIGKILL"));
		await eventually(() => expect(place.entries()).toContain("socket"));
		const config = configIn(place, vault, { templates: [TEMPLATE] });

		startAgent(["start", "-c", config], { env: { ...vault.env, NOTIFY_SOCKET: place.at("socket") } });

		await eventually(() => expect(notesIn(place.at("notes"))).toContain("READY=1"));
	},
);

function textOf(place: Folder, name: string): string {
	expect(place.entries()).toContain(name);
	return execFileSync("cat", [place.at(name)], { encoding: "utf8" });
}
