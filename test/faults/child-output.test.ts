import { spawn } from "node:child_process";
import { once } from "node:events";
import { createHash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { LAUNCHER } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";
import { OPENAI, residentMiB } from "./child-scene.ts";

const LINES = 4_000_000;
const LINE = `${"x".repeat(63)}\n`;
const TOTAL_MIB = (LINES * LINE.length) / 2 ** 20;

test(`a child that floods standard output with ${Math.round(TOTAL_MIB)} MiB is slowed down by its reader: nothing is lost, and the agent does not grow`, async ({
	annotate,
}) => {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-1" });
	const place = folder();
	const script = `yes ${LINE.trim()} | head -n ${LINES}; exit 5`;
	const config = configIn(place, vault, {
		env: { KEY: `${OPENAI}#api_key` },
		exec: { command: ["sh", "-c", script] },
	});
	const agent = spawn(process.execPath, [LAUNCHER, "start", "-c", config], {
		env: { PATH: process.env["PATH"], ...vault.env },
		stdio: ["ignore", "pipe", "ignore"],
	});
	onTestFinished(() => void agent.kill("SIGKILL"));
	const ended = once(agent, "exit");

	const hash = createHash("sha256");
	let [bytes, rest, before, most] = [0, 0, 0, 0];
	for await (const chunk of agent.stdout as AsyncIterable<Buffer>) {
		if (before === 0) before = residentMiB(agent.pid ?? 0);
		bytes += chunk.length;
		hash.update(chunk);
		if (bytes - rest < 2 ** 24) continue;
		rest = bytes;
		most = Math.max(most, residentMiB(agent.pid ?? 0));
		await new Promise((resolve) => setImmediate(resolve));
	}

	const expected = createHash("sha256");
	const block = LINE.repeat(10_000);
	for (let line = 0; line < LINES; line += 10_000) expected.update(block);
	expect(bytes).toBe(LINES * LINE.length);
	expect(hash.digest("hex")).toBe(expected.digest("hex"));
	expect(most - before).toBeLessThan(8);
	expect((await ended)[0]).toBe(5);
	await annotate(`${Math.round(TOTAL_MIB)} MiB passed, the agent grew by ${(most - before).toFixed(1)} MiB`);
});
