import { readFileSync } from "node:fs";
import type { StatusReport } from "../../src/status/mod.ts";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, startAgent } from "../support/agent-process.ts";
import { askStatus } from "../support/ask-status.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { openVault, type Vault } from "../support/vault.ts";

export const OPENAI = "secret/data/llm/openai";

export interface ChildScene {
	readonly vault: Vault;
	readonly place: Folder;
	/** Where children note what happens to them. */
	readonly notes: string;
	/** Starts the built agent with the key in the child's environment, and a listener. */
	readonly start: (exec: object, settings?: object) => AgentProcess;
	/** Writes the key's next version. */
	readonly rotate: (key: string) => void;
	readonly status: () => Promise<StatusReport>;
}

/** A server with one key, and agents whose child has it. */
export async function childScene(): Promise<ChildScene> {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-1" });
	const place = folder();
	const socket = place.at("agent.sock");
	return {
		vault,
		place,
		notes: place.at("notes"),
		start: (exec, settings = {}) => {
			const env = { KEY: `${OPENAI}#api_key` };
			const parts = { env, exec: { start_grace: "100ms", ...exec }, listener: { address: `unix:${socket}` } };
			return startAgent(["start", "-c", configIn(place, vault, { ...parts, ...settings })], {
				env: vault.env,
			});
		},
		rotate: (key) => vault.put(OPENAI, { api_key: key }),
		status: async () => await askStatus(socket),
	};
}

/** Resident memory of a process, in MiB. */
export function residentMiB(pid: number): number {
	const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
	return Number(line?.[1]) / 1024;
}

/** Polls until it holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
	await eventually(
		async () => {
			if (!(await holds())) throw new Error(`Not yet: ${what}`);
		},
		{ withinMs: 30_000 },
	);
}
