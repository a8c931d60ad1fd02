import { execFile } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";
import { parseAllDocuments } from "yaml";
import { type DevServer, startDevServer } from "../../src/devserver/mod.ts";
import { systemClock } from "../../src/kernel/mod.ts";
import { type AgentProcess, LAUNCHER, startAgent } from "./agent-process.ts";
import { type Folder, folder } from "./folder.ts";
import { freePort } from "./free-port.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** A fenced block of docs/uses.md. */
interface Block {
	readonly section: string;
	readonly language: string;
	/** What follows the language: a path for a file, a word for commands; empty for what is only read. */
	readonly name: string;
	readonly text: string;
}

/** Every block of a page, with the second-level heading above it. */
function blocksOf(page: string): readonly Block[] {
	let section = "";
	const parts = page.matchAll(/^## (.*)$|^```(\w+) ?(.*)\n([^]*?)^```$/gm);
	return Array.from(parts).flatMap(([, heading, language = "", name = "", text = ""]) => {
		if (heading === undefined) return [{ section, language, name, text }];
		section = heading;
		return [];
	});
}

export const BLOCKS: readonly Block[] = blocksOf(readFileSync(join(ROOT, "docs/uses.md"), "utf8"));

/** Parts of a manifest that a test follows. */
export interface Manifest {
	readonly kind: string;
	readonly data: Readonly<Record<string, string>>;
	readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
	readonly initContainers: readonly [Container];
	readonly containers: readonly [Container];
}

interface Container {
	readonly args: readonly string[];
	readonly command?: readonly string[];
}

/** One use of docs/uses.md, gone through below a temporary folder, against a server with TLS. */
export interface Use {
	readonly server: DevServer;
	readonly place: Folder;
	/** Text of the page with its paths, addresses and ports made those of this machine. */
	local(text: string): string;
	/** A block's text, as it is there. @param section default the one that is gone through */
	block(language: string, name: string, section?: string): string;
	/** Runs the commands of the block with this name. @returns what they printed */
	sh(name: string): Promise<string>;
	/** Runs a line of shell as they are run. @returns what it printed */
	line(text: string): Promise<string>;
	/** Starts what a block says, or the arguments of a manifest. */
	start(command: string | readonly string[]): AgentProcess;
	manifests(name: string): readonly Manifest[];
	/** Waits until each line of a section's block of log lines has been logged. */
	logged(agent: AgentProcess, section?: string): Promise<void>;
	/** The environment with which the gateway was started last. */
	gatewayEnv(): string;
	read(path: string): string;
	/** Every named block of the section has been used. */
	allUsed(): void;
}

/** Vault's side is set up, and the section's files stand. */
export async function openUse(section: string): Promise<Use> {
	const server = await startDevServer({ clock: systemClock, tls: "own" });
	onTestFinished(async () => await server.close());
	const place = folder();
	const [port, gatewayPort] = [await freePort(), await freePort()];
	const unused = new Set(BLOCKS.filter((block) => block.section === section && block.name !== ""));
	const local = (text: string) =>
		text
			.replaceAll("https://vault.example:8200", server.address)
			.replaceAll(":8190", `:${port}`)
			.replaceAll("0.0.0.0:4000", `127.0.0.1:${gatewayPort}`)
			.replaceAll(/poll_interval: \d+s/g, "poll_interval: 1s")
			.replaceAll(/(?<![\w./-])\/(?=(?:etc|vault|run|var)\/)/g, `${place.path}/`);
	const block = (language: string, name: string, where = section): string => {
		const found = BLOCKS.find(
			(each) => each.section === where && each.language === language && each.name === name,
		);
		if (found === undefined) throw new Error(`docs/uses.md: no ${language} ${name} in ${where}`);
		unused.delete(found);
		return found.text;
	};
	const env = environment(server, place);
	const line = async (text: string) =>
		(await promisify(execFile)("sh", ["-euc", local(text)], { cwd: place.path, env })).stdout;

	for (const name of ["ca.crt", "etc/vault-tls/ca.crt"]) place.write(name, server.caCert);
	place.write("run/keyturn/.keep", "");
	for (const each of BLOCKS.filter(({ name, language }) => isFile(language) && name !== "")) {
		if (each.section !== section && each.section !== "Vault's side") continue;
		place.write(each.name.replace(/^\//, ""), local(each.text));
		if (each.language !== "yaml" || !isManifest(each.text)) unused.delete(each);
	}
	await line(block("sh", "setup", "Vault's side"));

	return {
		server,
		place,
		local,
		block,
		line,
		sh: async (name) => await line(block("sh", name)),
		start: (command) => {
			const words = typeof command === "string" ? block("sh", command).trim().split(/\s+/).slice(1) : command;
			return startAgent(words.map(local), { cwd: place.path, env: { PATH: env.PATH, HOME: env.HOME } });
		},
		manifests: (name) =>
			parseAllDocuments(block("yaml", name)).map((document) => document.toJS() as Manifest),
		logged: async (agent, where) => {
			for (const wanted of local(block("text", "log", where))
				.trim()
				.split("\n")) {
				const [event = "", words = ""] = wanted.split(/\s{2,}/);
				const shape = wordsOf(words);
				await agent.logged(event, ({ msg }) => wordsOf(msg).startsWith(shape));
			}
		},
		gatewayEnv: () => readFileSync(place.at("gateway.env"), "utf8"),
		read: (path) => readFileSync(local(path), "utf8"),
		allUsed: () => expect([...unused].map(({ language, name }) => `${language} ${name}`)).toEqual([]),
	};
}

const isFile = (language: string) => !["sh", "text"].includes(language);
const isManifest = (text: string) => /^(apiVersion|services):/m.test(text);

/** Without what is another number each time. */
const wordsOf = (text: string) => text.replaceAll(/pid \d+/g, "pid N");

/** Whoever is told a port listens there. */
const GATEWAY = join(ROOT, "test/fixtures/e2e/rolling-gateway.mjs");

/** Commands of the page: the agent as it was built, and stand-ins for what this machine may not have. */
function environment(server: DevServer, place: Folder) {
	const gateway = `#!/bin/sh\nenv >${place.at("gateway.env.new")}\nmv ${place.at("gateway.env.new")} ${place.at("gateway.env")}\n[ -z "$PORT" ] || exec ${process.execPath} ${GATEWAY} "$@"\nexec sleep 600\n`;
	const programs = {
		agent: `#!/bin/sh\nexec ${process.execPath} ${LAUNCHER} "$@"\n`,
		vault: `#!/bin/sh\nexec ${process.execPath} ${join(ROOT, "test/fixtures/e2e/vault.mjs")} "$@"\n`,
		litellm: gateway,
	};
	for (const [name, text] of Object.entries(programs)) chmodSync(place.write(`bin/${name}`, text), 0o700);
	return {
		PATH: `${place.at("bin")}:${dirname(process.execPath)}:/usr/bin:/bin`,
		HOME: place.at("home"),
		VAULT_ADDR: server.address,
		VAULT_CACERT: place.at("ca.crt"),
		VAULT_TOKEN: server.rootToken,
	};
}
