import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, startAgent } from "../support/agent-process.ts";
import { askStatus } from "../support/ask-status.ts";
import { CHILD, notesIn, started, startsIn } from "../support/child-notes.ts";
import { asAnother } from "../support/constrained.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import type { PrivateDisk } from "../support/private-disk.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";

/** The user of an agent for whom modes count. */
const ANOTHER = 65534;

/** Where the agent's two files on the disk lie, from its root. */
const ON_DISK = ["key.env", "deep/second.env"] as const;

/** A running agent with two files on the disk and one beside it, a child and a command that are told of changes. */
export interface DiskScene {
	readonly agent: AgentProcess;
	readonly disk: PrivateDisk;
	/** Writes another key, and lets the agent know. */
	readonly rotate: (key: string) => void;
	/** How often the secret has been read. */
	readonly reads: () => number;
	/** Texts of the file beside the disk and of those on it. */
	readonly texts: (onDisk?: readonly string[]) => readonly string[];
	/** The file beside the disk, and what lies around it. */
	readonly beside: () => object;
	/** Keys with which the child was started. */
	readonly starts: () => readonly string[];
	/** What the file beside the disk held when the command ran. */
	readonly told: () => readonly string[];
	readonly status: () => ReturnType<typeof askStatus>;
	/** Names of files that the agent has made for itself. */
	readonly strays: () => readonly string[];
	/** The words, with `{out}` and `{beside}` for the folders. */
	readonly placed: (words: string) => string;
}

export async function diskScene(
	mount: (folder: string) => Promise<PrivateDisk>,
	{ isUnprivileged = false }: { readonly isUnprivileged?: boolean | undefined } = {},
): Promise<DiskScene> {
	const [vault, place] = [await openVault(), folder()];
	vault.put(OPENAI, { api_key: "sk-1" });
	const [notes, told, socket] = [place.at("run/notes"), place.at("run/told"), place.at("run/agent.sock")];
	for (const name of ["out/x", "beside/x", "run/x"]) place.write(name, "");
	const disk = await mount(place.at("out"));
	const beside = place.at("beside/key.env");
	const contents = `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`;
	const command = ["sh", "-c", `cat ${beside} >>${told}; echo >>${told}`];
	const config = configIn(place, vault, {
		templates: [
			{ contents, destination: beside, on_change: { command } },
			...ON_DISK.map((name) => ({ contents, destination: place.at(`out/${name}`), mode: "0640" })),
		],
		env: { KEY: `${OPENAI}#api_key` },
		exec: { command: ["sh", CHILD, notes], start_grace: "100ms" },
		listener: { address: `unix:${socket}` },
	});
	if (isUnprivileged) execFileSync("chown", ["-R", String(ANOTHER), place.path]);
	if (isUnprivileged) disk.run(`chown ${ANOTHER} .`);
	const through = [...disk.through, ...(isUnprivileged ? asAnother : [])];
	const agent = startAgent(["start", "-c", config], { env: vault.env, through });
	await started(notes);
	await agent.logged("turned over");
	const strays = () =>
		[place.at("beside"), disk.at("."), disk.at("deep")]
			.flatMap((path) => readdirSync(path))
			.filter((name) => name.includes("keyturn"));
	await eventually(() => {
		if (strays().length > 0) throw new Error(`still there: ${strays().join(", ")}`);
	});
	return {
		agent,
		disk,
		rotate: (key) => {
			vault.put(OPENAI, { api_key: key });
			agent.signal("SIGHUP");
		},
		reads: () => vault.count(OPENAI),
		texts: (onDisk = ON_DISK) =>
			[beside, ...onDisk.map((name) => disk.at(name))].map((path) => readFileSync(path, "utf8")),
		beside: () => {
			const { ino, mtimeMs } = statSync(beside);
			return { ino, mtimeMs, entries: place.entries("beside") };
		},
		starts: () => startsIn(notes).map(({ key }) => key),
		told: () => notesIn(told),
		status: async () => await askStatus(socket),
		strays,
		placed: (words) => words.replaceAll(place.at("out"), "{out}").replaceAll(place.at("beside"), "{beside}"),
	};
}
