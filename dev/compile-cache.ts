// Fills the compile cache of a built program by letting it do once what every start does.
//
//   node dev/compile-cache.ts /opt/keyturn
//
// Node keys the cache by its own version, the processor and the user id: it serves whoever filled it, and nobody else.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const PATH = "secret/data/llm/openai";

/** What is read, and by whom: a role that may read it. */
const SEED = {
	secrets: { [PATH]: { api_key: "none" } },
	policies: { gateway: `path "${PATH}" { capabilities = ["read"] }` },
	kubernetes: { roles: { gateway: { audience: "vault", token_policies: "gateway" } } },
};

/** Longest that one of the runs may take: on a machine that emulates another processor, seconds become many. */
const TIMEOUT_MS = 120_000;

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
	mkdirSync(join(root, "dist", "compile-cache"), { recursive: true });
	const folder = mkdtempSync(join(tmpdir(), "keyturn-cache-"));
	const env = { PATH: process.env["PATH"], TMPDIR: folder };
	const run = async (...args: readonly string[]) => {
		await promisify(execFile)(process.execPath, [agent, ...args], { env, timeout: TIMEOUT_MS });
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
		const child = [process.execPath, agent, "status", "--listen", settings.listener.address];
		const rest = ["-c", write("once.yaml", settings), "--log-format", "json"];
		const stays = write("stays.yaml", { ...settings, exec: { command: child } });
		await run("--version");
		await run("validate", ...rest);
		await run("start", ...rest, "--exit-after-auth");
		await run("start", "-c", stays, "--log-format", "json");
		await run("run", ...rest, "--env", `KEY=${PATH}#api_key`, "--", "true");
	} finally {
		server.kill();
		rmSync(folder, { recursive: true });
	}
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

async function described({ stdout }: ChildProcess): Promise<Server> {
	if (stdout === null) throw new TypeError("the server's output is not read");
	const [line] = (await once(createInterface(stdout), "line", {
		signal: AbortSignal.timeout(TIMEOUT_MS),
	})) as [string];
	return JSON.parse(line) as Server;
}

if (import.meta.main) await fillCompileCache(process.argv[2] ?? ".");
