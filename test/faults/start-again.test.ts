import { statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import {
	agentBench,
	COMMAND,
	fileUnit,
	INTERVAL,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../support/agent-bench.ts";
import { configIn } from "../support/agent-config.ts";
import { startAgent } from "../support/agent-process.ts";
import { CHILD, notesIn, started } from "../support/child-notes.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const POLLS = 1000;
/** Calls that change something on a disk. */
const CHANGING = new Set(["rename", "unlink", "writeFile", "chmod", "chown"]);

const SIGNAL = { kind: "signal", signal: "SIGHUP" } as const;

describe("a secret that stays as it is", () => {
	/** A running agent, and what it does to the disk from now on. */
	const running = async () => {
		const bench = agentBench([
			fileUnit("/out/told", KEY_FILE, { onChange: COMMAND }),
			fileUnit("/out/signalled", KEY_FILE, { onChange: SIGNAL }),
			variableUnit("KEY", OPENAI),
		]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		await bench.run();
		await bench.clock.advance(1);
		const writes: string[] = [];
		bench.memory.gate = async (call) => {
			if (CHANGING.has(call)) writes.push(call);
			await Promise.resolve();
		};
		return { ...bench, writes, before: { starts: 1, signals: 0, notices: bench.notices.length } };
	};
	const counted = ({ supervisor, notices }: ReturnType<typeof agentBench>) => ({
		starts: supervisor.starts.length,
		signals: supervisor.signals.length,
		notices: notices.length,
	});

	test(`is written and told by none of ${POLLS} polls`, { timeout: 60_000 }, async () => {
		const bench = await running();

		while (bench.secrets.reads.length < POLLS) await bench.clock.advance(INTERVAL);

		expect(bench.writes).toEqual([]);
		expect(counted(bench)).toEqual(bench.before);
	});

	test("is not written when its version alone is another", async () => {
		const bench = await running();

		for (let version = 2; version < 10; version++) {
			bench.secrets.put(OPENAI, { api_key: "sk-1" });
			await bench.nextPoll();
		}

		expect(bench.log.of("rotation")).toHaveLength(8);
		expect(bench.writes).toEqual([]);
		expect(counted(bench)).toEqual(bench.before);
	});
});

test("an agent that starts again with everything as it was touches no file and no folder, and tells nobody", async () => {
	const [vault, place] = [await openVault(), folder()];
	vault.put(OPENAI, { api_key: "sk-1" });
	const calls: string[] = [];
	const gateway = createServer((request, response) => {
		calls.push(request.url ?? "");
		response.end();
	});
	await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void gateway.close());
	const [notes, told] = [place.at("run/notes"), place.at("run/told")];
	place.write("run/x", "");
	const template = (name: string, onChange: unknown) => ({
		contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`,
		destination: place.at(`out/${name}.env`),
		on_change: onChange,
	});
	const config = configIn(place, vault, {
		templates: [
			template("told", { command: ["sh", "-c", `echo told >>${told}`] }),
			template("called", {
				http: { url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/reload` },
			}),
			template("signalled", { signal: "SIGHUP" }),
			template("restarted", "restart"),
		],
		env: { KEY: `${OPENAI}#api_key` },
		exec: { command: ["sh", CHILD, notes] },
	});
	const paths = ["out", ...["told", "called", "signalled", "restarted"].map((name) => `out/${name}.env`)];
	const state = () =>
		paths.map((path) => {
			const { ino, mtimeMs, ctimeMs } = statSync(place.at(path));
			return { path, ino, mtimeMs, ctimeMs };
		});
	const life = async () => {
		const agent = startAgent(["start", "-c", config], { env: vault.env });
		await started(notes, notesIn(notes).filter((line) => line.startsWith("start")).length + 1);
		return agent;
	};
	const first = await life();
	await first.logged("turned over", ({ msg }) => msg.includes("reload"));
	first.signal("SIGTERM");
	await first.ended;
	const before = { files: state(), told: notesIn(told), calls: [...calls] };

	const second = await life();
	const reads = vault.count(OPENAI);
	second.signal("SIGHUP");
	await second.logged("reload");
	while (vault.count(OPENAI) === reads) await new Promise((resolve) => setImmediate(resolve));
	second.signal("SIGTERM");
	await second.ended;

	expect(before).toMatchObject({ told: ["told"], calls: ["/reload"] });
	expect({ files: state(), told: notesIn(told), calls }).toEqual(before);
	expect(notesIn(notes).filter((line) => line === "SIGHUP")).toEqual([]);
});
