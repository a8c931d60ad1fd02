import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../support/eventually.ts";

const GATEWAY = join(import.meta.dirname, "..", "..", "deploy", "examples", "sample-gateway.mjs");
const KEY = "sk-planted-first";

const fingerprint = (key: string) => `…${createHash("sha256").update(key).digest("hex").slice(-4)}`;

/** The gateway as a process; killed after the test if it still runs. */
function start(env: Readonly<Record<string, string>>) {
	const child = spawn(process.execPath, [GATEWAY], { env: { PORT: "0", ...env } });
	onTestFinished(() => void child.kill("SIGKILL"));
	const printed = { stdout: "", stderr: "" };
	child.stdout.on("data", (chunk: Buffer) => (printed.stdout += chunk.toString()));
	child.stderr.on("data", (chunk: Buffer) => (printed.stderr += chunk.toString()));
	const ended = new Promise<number | string>((resolve) => {
		child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
	});
	const port = () =>
		eventually(() => {
			const found = /listening on 127\.0\.0\.1:(?<port>\d+)/.exec(printed.stdout)?.groups?.["port"];
			if (found === undefined) throw new Error(`not listening yet: ${JSON.stringify(printed)}`);
			return Number(found);
		});
	return { child, printed, ended, port };
}

const complete = (port: number, agent: Agent) =>
	new Promise<{ reply: IncomingMessage; text: string }>((resolve, reject) => {
		const path = "/v1/chat/completions";
		const outgoing = request({ host: "127.0.0.1", port, path, method: "POST", agent }, (reply) => {
			let text = "";
			reply.on("data", (chunk: Buffer) => (text += chunk.toString()));
			reply.on("end", () => resolve({ reply, text }));
			reply.on("error", reject);
		});
		outgoing.on("error", reject);
		outgoing.end('{"model":"sample","messages":[]}');
	});

test("the sample gateway shows which key it holds and never the key", async () => {
	const gateway = start({ OPENAI_API_KEY: KEY });
	const url = `http://127.0.0.1:${await gateway.port()}`;

	const health = await fetch(`${url}/health`);
	const texts = [
		await (await fetch(url)).text(),
		await (await fetch(`${url}/v1/chat/completions`, { method: "POST", body: "{}" })).text(),
	];

	expect(health.status).toBe(200);
	for (const text of texts) expect(JSON.parse(text)).toMatchObject({ key: fingerprint(KEY) });
	expect([...texts, await health.text(), JSON.stringify(gateway.printed)].join("")).not.toContain(KEY);
});

test("the sample gateway finishes what is under way on SIGTERM, closes every connection and ends with 0", async () => {
	const gateway = start({ OPENAI_API_KEY: KEY, LATENCY_MS: "1000" });
	const port = await gateway.port();
	const agent = new Agent({ keepAlive: true });
	onTestFinished(() => agent.destroy());
	const silent = connect(port, "127.0.0.1"); // connects and never asks anything
	onTestFinished(() => void silent.destroy());
	await once(silent, "connect");
	await once(get({ host: "127.0.0.1", port, path: "/health", agent }), "response"); // leaves an idle connection

	const answer = complete(port, new Agent({ keepAlive: true }));
	const status = async () => await (await fetch(`http://127.0.0.1:${port}`)).json();
	await eventually(async () => expect(await status()).toMatchObject({ in_flight: 1 }));
	gateway.child.kill("SIGTERM");
	const { reply, text } = await answer;

	expect(reply.statusCode).toBe(200);
	expect(reply.headers.connection).toBe("close");
	expect(JSON.parse(text)).toMatchObject({ key: fingerprint(KEY) });
	expect(await gateway.ended).toBe(0);
	await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow("fetch failed");
});

test("the sample gateway streams word by word, and ends no stream before its last word", async () => {
	const gateway = start({ OPENAI_API_KEY: KEY });
	const url = `http://127.0.0.1:${await gateway.port()}/v1/chat/completions`;

	const reply = await fetch(url, { method: "POST", body: JSON.stringify({ stream: true, max_tokens: 5 }) });
	gateway.child.kill("SIGTERM");
	const text = await reply.text();

	expect(reply.headers.get("content-type")).toBe("text/event-stream");
	expect([...text.matchAll(/"content":"(word\d) "/g)].map(([, word]) => word)).toEqual([
		"word0",
		"word1",
		"word2",
		"word3",
		"word4",
	]);
	expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
	expect(await gateway.ended).toBe(0);
});

test("the sample gateway reads its key file again on SIGHUP, and keeps the old key when it cannot", async () => {
	const folder = mkdtempSync(join(tmpdir(), "keyturn-gateway-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const file = join(folder, "key");
	writeFileSync(file, `${KEY}\n`);
	const gateway = start({ KEY_FILE: file });
	const url = `http://127.0.0.1:${await gateway.port()}`;
	const held = async () => (await (await fetch(url)).json()) as { key: string };
	expect(await held()).toMatchObject({ key: fingerprint(KEY) });

	writeFileSync(file, "sk-planted-second");
	gateway.child.kill("SIGHUP");
	await eventually(async () => expect(await held()).toMatchObject({ key: fingerprint("sk-planted-second") }));

	rmSync(file);
	gateway.child.kill("SIGHUP");
	await eventually(() => expect(gateway.printed.stderr).toContain("cannot read KEY_FILE"));
	expect(await held()).toMatchObject({ key: fingerprint("sk-planted-second") });
});

test("the sample gateway says in one line why it cannot start", async () => {
	const first = start({ OPENAI_API_KEY: KEY });
	const port = String(await first.port());

	const taken = start({ OPENAI_API_KEY: KEY, PORT: port });
	const keyless = start({});

	expect(await taken.ended).toBe(1);
	expect(taken.printed.stderr).toBe(
		`sample gateway: port ${port} of 127.0.0.1 is taken; choose another with PORT\n`,
	);
	expect(await keyless.ended).toBe(1);
	expect(keyless.printed.stderr).toMatch(/^sample gateway: there is no key; set OPENAI_API_KEY.*\n$/);
});
