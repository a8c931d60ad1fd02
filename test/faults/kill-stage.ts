import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, watch } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { StatusReport } from "../../src/status/mod.ts";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, startAgent } from "../support/agent-process.ts";
import { askStatus } from "../support/ask-status.ts";
import { CHILD, notesIn, startsIn } from "../support/child-notes.ts";
import { type Folder, folder } from "../support/folder.ts";
import { processesWith } from "../support/processes.ts";
import { openVault, type Vault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const LINES = 50;

/** What is there, wherever an agent has got to. */
export interface Found {
	/** The key in each file; `torn` for a file that is not whole. */
	readonly files: readonly string[];
	/** Names of files that the agent has made for itself. */
	readonly strays: readonly string[];
	/** Process ids of all children that run. */
	readonly children: readonly number[];
}

/** An agent with two files, of one of which a command is told; a child, its variable, and a sink. */
export interface KillStage {
	readonly place: Folder;
	/** Writes the next key. */
	readonly rotate: () => void;
	readonly key: () => string;
	readonly versions: () => number;
	readonly start: () => AgentProcess;
	/** Resolves when a name that has this in it comes or goes in the folder of the files. */
	readonly touched: (part: string) => Promise<void>;
	readonly look: () => Found;
	/** The key of which the command was told last. */
	readonly told: () => string | undefined;
	/** The last start of the child. */
	readonly lastStart: () => ReturnType<typeof startsIn>[number] | undefined;
	readonly status: () => Promise<StatusReport>;
	/** What Vault says to the token in the sink, and the sink's mode. */
	readonly sink: () => Promise<{ readonly status: number; readonly mode: number }>;
}

export async function killStage(): Promise<KillStage> {
	const [vault, place] = [await openVault(), folder()];
	for (const name of ["out/x", "run/x"]) place.write(name, "");
	const config = configFor(vault, place);
	const notes = place.at("run/notes");
	let version = 0;
	const key = () => `sk-${String(version).padStart(4, "0")}`;
	return {
		place,
		rotate: () => {
			version++;
			vault.put(OPENAI, { api_key: key() });
		},
		key,
		versions: () => version,
		start: () => startAgent(["start", "-c", config]),
		touched: async (part) => {
			const { promise, resolve } = Promise.withResolvers<void>();
			const watcher = watch(place.at("out"), (_event, name) => name?.includes(part) && resolve());
			await promise.finally(() => watcher.close());
		},
		look: () => {
			const names = readdirSync(place.at("out"));
			const running = new Set(processesWith(CHILD).map(({ pid }) => pid));
			return {
				files: names.filter((name) => /^\w+\.txt$/.test(name)).map((name) => keyIn(place.at(`out/${name}`))),
				strays: names.filter((name) => name.includes("keyturn")),
				children: startsIn(notes)
					.map(({ pid }) => pid)
					.filter((pid) => running.has(pid)),
			};
		},
		told: () => notesIn(place.at("run/told")).at(-1),
		lastStart: () => startsIn(notes).at(-1),
		status: async () => await askStatus(place.at("run/agent.sock")),
		sink: async () => {
			const path = place.at("out/token");
			const { status } = await fetch(`${vault.address}/v1/auth/token/lookup-self`, {
				headers: { "X-Vault-Token": existsSync(path) ? readFileSync(path, "utf8") : "" },
			});
			return { status, mode: statSync(path).mode & 0o777 };
		},
	};
}

function configFor(vault: Vault, place: Folder): string {
	const contents = `{{#secret "${OPENAI}"}}${"{{api_key}}\n".repeat(LINES)}{{/secret}}`;
	const tell = `tail -n 1 ${place.at("out/told.txt")} >>${place.at("run/told")}`;
	return configIn(place, vault, {
		auto_auth: {
			method: "approle",
			config: { role_id: vault.roleId, secret_id: vault.secretId },
			sinks: [{ path: place.at("out/token") }],
		},
		templates: [
			{ contents, destination: place.at("out/told.txt"), on_change: { command: ["sh", "-c", tell] } },
			{ contents, destination: place.at("out/read.txt"), on_change: "restart" },
		],
		env: { KEY: `${OPENAI}#api_key` },
		exec: { command: ["sh", CHILD, place.at("run/notes")], start_grace: "100ms", stop_timeout: "5s" },
		listener: { address: `unix:${place.at("run/agent.sock")}` },
	});
}

function keyIn(path: string): string {
	const lines = readFileSync(path, "utf8").split("\n");
	const [first = ""] = lines;
	return lines.join("\n") === `${first}\n`.repeat(LINES) ? first : "torn";
}

/** When an agent is killed; each with the longest time until it happens, in milliseconds. */
export const MOMENTS = [
	["in the first milliseconds of a start", 120],
	["during a start", 600],
	["during a rotation", 250],
	["during two rotations", 250],
	["when a scratch file appears", 3],
	["when a file is replaced", 3],
	["during the restart of the child", 120],
	["during its own end", 60],
] as const;

export interface Kill {
	readonly moment: (typeof MOMENTS)[number][0];
	/** Milliseconds. */
	readonly after: number;
}

/** Kills an agent that stands, or the one that comes after it, at such a moment. @returns whether it was too late */
export async function kill(stage: KillStage, agent: AgentProcess, { moment, after }: Kill): Promise<boolean> {
	stage.rotate();
	switch (moment) {
		case "in the first milliseconds of a start":
		case "during a start": {
			await end(agent);
			const next = stage.start();
			await delay(after);
			return await end(next);
		}
		case "during a rotation":
			agent.signal("SIGHUP");
			break;
		case "during two rotations":
			agent.signal("SIGHUP");
			await delay(after);
			stage.rotate();
			agent.signal("SIGHUP");
			break;
		case "when a scratch file appears":
		case "when a file is replaced": {
			const touched = stage.touched(moment === "when a file is replaced" ? "told.txt" : "keyturn-new");
			agent.signal("SIGHUP");
			await touched;
			break;
		}
		case "during the restart of the child":
			agent.signal("SIGHUP");
			await agent.logged("child", ({ kind }) => kind === "stopping");
			break;
		case "during its own end":
			agent.signal("SIGTERM");
			break;
		default:
			moment satisfies never;
	}
	await delay(after);
	return await end(agent);
}

/** Not waited for is the child, which has the same standard output. @returns whether it had ended by itself */
async function end({ process: agent, signal, isRunning }: AgentProcess): Promise<boolean> {
	if (!isRunning()) return true;
	const ended = once(agent, "exit");
	signal("SIGKILL");
	await ended;
	return agent.signalCode !== "SIGKILL";
}
