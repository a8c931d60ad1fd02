// Fills the compile cache of a built program by letting it do once what every start does: what has run is stored.
//
//   node dev/compile-cache.ts /opt/keyturn
//
// The cache is good for this Node, whoever runs it.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import v8 from "node:v8";
import type { Script } from "node:vm";

const PATH = "secret/data/llm/openai";

/** What is read, and by whom: a role that may read it. */
const SEED = {
	secrets: { [PATH]: { api_key: "none" } },
	policies: { gateway: `path "${PATH}" { capabilities = ["read"] }` },
	kubernetes: { roles: { gateway: { audience: "vault", token_policies: "gateway" } } },
};

/** Longest that one of the runs may take: on a machine that emulates another processor, seconds become many. */
const TIMEOUT_MS = 120_000;

/** Variable with the root of a program that stores what it has compiled when it ends. */
const STORES = "STORES_COMPILED";

/** What `agent dev --json` says of itself, as far as it matters here. */
interface Server {
	readonly address: string;
	readonly ca_cert: string;
	/** Files by service account. */
	readonly service_account_tokens: Readonly<Record<string, string>>;
}

/**
 * @param root folder that holds `bin` and `dist`
 * @throws Error when the program does not do what it is for
 */
export async function fillCompileCache(root: string): Promise<void> {
	const agent = join(root, "bin", "agent.cjs");
	/** The program, and this file beside it, which stores what has been compiled. */
	const program = ["--import", import.meta.url, agent];
	mkdirSync(loaderOf(root).cache, { recursive: true });
	const folder = mkdtempSync(join(tmpdir(), "keyturn-cache-"));
	const env = { PATH: process.env["PATH"], TMPDIR: folder };
	const stores = { ...env, [STORES]: root };
	const run = async (...args: readonly string[]) => {
		await promisify(execFile)(process.execPath, [...program, ...args], { env: stores, timeout: TIMEOUT_MS });
	};
	const write = (name: string, content: object) => {
		writeFileSync(join(folder, name), JSON.stringify(content));
		return join(folder, name);
	};
	const seed = ["--seed", write("seed.json", SEED), "--token-dir", join(folder, "tokens")];
	const server = spawn(
		process.execPath,
		[agent, "dev", "--tls", "--listen", "127.0.0.1:0", "--json", ...seed],
		{ env, stdio: ["ignore", "pipe", "inherit"] },
	);
	try {
		const settings = settingsFor(await described(server), folder);
		// A child that asks the agent how it is, and ends: with it the agent ends as well.
		const child = [process.execPath, ...program, "status", "--listen", settings.listener.address];
		const rest = ["-c", write("once.yaml", settings), "--log-format", "json"];
		const stays = write("stays.yaml", { ...settings, exec: { command: child } });
		await run("start", "-c", stays, "--log-format", "json");
		await run("run", ...rest, "--env", `KEY=${PATH}#api_key`, "--", "true");
		// Flags again as they are at first: where both kinds load a file, an init container's start counts for more.
		for (const [form, text] of Object.entries(foreignForms(settings))) {
			const file = join(folder, `agent.${form}`);
			writeFileSync(file, text);
			await run("agent", `-config=${file}`, "-exit-after-auth");
		}
		await run("start", ...rest, "--exit-after-auth");
		await run("validate", ...rest);
		await run("--version");
	} finally {
		server.kill();
		rmSync(folder, { recursive: true });
	}
}

/** What `bin/load.cjs` exports. */
interface Loader {
	/** Folder of the cache. */
	readonly cache: string;
	/** What has been loaded, by the name of its file. */
	readonly scripts: ReadonlyMap<string, Script>;
}

function loaderOf(root: string): Loader {
	return createRequire(import.meta.url)(join(root, "bin", "load.cjs")) as Loader;
}

/**
 * Stores each script, when the program ends, with all its functions that have run now or had when it was stored before.
 * What is stored is good for V8's flags of that moment, and an agent that stays changes them: so what it has loaded
 * after that is stored under the flags that it wanted.
 */
function storeAtEnd({ cache, scripts }: Loader): void {
	const setFlag = v8.setFlagsFromString;
	const flags: string[] = [];
	let early: ReadonlySet<string> | undefined;
	v8.setFlagsFromString = (flag) => {
		early ??= new Set(scripts.keys());
		flags.push(flag);
	};
	const store = (name: string) => {
		const fresh = join(cache, `${name}.${process.pid}`);
		writeFileSync(fresh, scripts.get(name)?.createCachedData() ?? "");
		renameSync(fresh, join(cache, name));
	};
	process.on("exit", () => {
		const names = [...scripts.keys()];
		const [first, last] = [
			names.filter((name) => early?.has(name) ?? true),
			names.filter((name) => early?.has(name) === false),
		];
		first.forEach(store);
		flags.forEach(setFlag);
		last.forEach(store);
	});
}

function settingsFor({ address, ca_cert, service_account_tokens: tokens }: Server, folder: string) {
	const [token_path] = Object.values(tokens);
	return {
		vault: { address, ca_cert },
		auto_auth: { method: "kubernetes", config: { role: "gateway", token_path } },
		listener: { address: `unix:${join(folder, "socket")}` },
		templates: [
			{
				contents: `{{#secret "${PATH}"}}KEY={{api_key}}{{/secret}}`,
				destination: join(folder, "gateway.env"),
			},
			{
				contents: `{{#secret "${PATH}"}}key: {{api_key}}{{/secret}}`,
				destination: join(folder, "gateway.yaml"),
			},
		],
	};
}

/** The same in both forms of Vault Agent's config. */
function foreignForms({ vault, auto_auth, templates }: ReturnType<typeof settingsFor>) {
	const { method, config } = auto_auth;
	const contents = `{{ with secret "${PATH}" }}KEY={{ .Data.data.api_key }}{{ end }}`;
	const file = templates.map(({ destination }) => ({ destination, contents }));
	const json = { vault, auto_auth: { method: { type: method, config } }, template: file };
	const body = (settings: object) =>
		Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
	const hcl = [
		`vault {\n${body(vault).join("")}}\n`,
		`auto_auth {\nmethod "${method}" {\nconfig = {\n${body(config).join("")}}\n}\n}\n`,
		...templates.map(
			({ destination }) =>
				`template {\n${body({ destination }).join("")}contents = <<EOT\n${contents}\nEOT\n}\n`,
		),
	];
	return { hcl: hcl.join(""), json: JSON.stringify(json) };
}

async function described({ stdout }: ChildProcess): Promise<Server> {
	if (stdout === null) throw new TypeError("the server's output is not read");
	const [line] = (await once(createInterface(stdout), "line", {
		signal: AbortSignal.timeout(TIMEOUT_MS),
	})) as [string];
	return JSON.parse(line) as Server;
}

const storing = process.env[STORES];
if (storing !== undefined) storeAtEnd(loaderOf(storing));
if (import.meta.main) await fillCompileCache(process.argv[2] ?? ".");
