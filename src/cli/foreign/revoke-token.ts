import { join } from "node:path";
import { loadCommandLines } from "../../compat/mod.ts";
import { type Config, type FlagSetting, loadConfig, Places } from "../../config/mod.ts";
import { AgentError, errorCode, ExitCode } from "../../kernel/mod.ts";
import { vaultClients } from "../link/clients.ts";
import { SecretGuard } from "../link/secret-guard.ts";
import type { World } from "../world.ts";
import type { ForeignCall } from "./call.ts";

/** The home of whoever Vault's injector runs; its agent leaves the token there, also where HOME says another thing. */
const INJECTED_HOME = "/home/vault";

/** `vault token revoke -self`, which the injector has a pod do before its end. */
export async function revokeToken(
	{ words, name }: Pick<ForeignCall, "words" | "name">,
	world: World,
): Promise<number> {
	const { helpPage, isOn, nativeSettings, parseFlags, REVOKE_FLAGS, usage } = await loadCommandLines();
	const given = parseFlags(words, REVOKE_FLAGS, name);
	if (given.wantsHelp) {
		const example = `${name} -self -address=https://vault.example:8200`;
		const about = "Revokes the token that it is called with, and all that came of it.";
		world.stdout.write(helpPage({ call: `${name} -self [flags]`, about, flags: REVOKE_FLAGS, example }));
		return ExitCode.done;
	}
	if (given.operands.length > 0)
		throw usage(`${name} revokes no token but the one that it is called with: give -self alone`, name);
	if (!isOn(given, "self")) throw usage(`${name} needs -self: keyturn revokes no other token`, name);
	const token = await tokenOf(world);
	await revoke(await configOf(token, nativeSettings(given, REVOKE_FLAGS), world), world);
	world.stdout.write("Success! Revoked token (if it existed)\n");
	return ExitCode.done;
}

async function configOf(token: string, settings: readonly FlagSetting[], world: World): Promise<Config> {
	const { DEFAULT_ADDRESS } = await loadCommandLines();
	return await loadConfig({
		foreign: {
			origin: "flags and environment",
			settings: { vault: { address: DEFAULT_ADDRESS }, auto_auth: { method: "token", config: { token } } },
			places: new Places(""),
			problems: [],
			warnings: [],
			unsupported: [],
			files: [],
		},
		readFile: (path) => world.readText(path),
		env: world.env,
		flags: { settings },
		cwd: world.cwd,
		isTerminal: world.stderr.isTerminal,
		needsServer: false,
	});
}

/** @throws AgentError where there is no token */
async function tokenOf({ env, readText }: World): Promise<string> {
	const given = env["BAO_TOKEN"] || env["VAULT_TOKEN"];
	if (given) return given;
	const homes = [env["HOME"], INJECTED_HOME].filter((home) => home !== undefined && home !== "");
	const files = [...new Set(homes.map((home) => join(home ?? "", ".vault-token")))];
	for (const file of files) {
		const text = await readText(file).catch((error: unknown) => {
			if (/^(ENOENT|ENOTDIR|EACCES)$/.test(errorCode(error) ?? "")) return "";
			throw error;
		});
		if (text.trim() !== "") return text.trim();
	}
	throw new AgentError(
		`there is no token to revoke: VAULT_TOKEN is not set, and none is in ${files.join(" or ")}`,
		{
			code: "E_USAGE",
			exitCode: ExitCode.usage,
			rows: { do: "set VAULT_TOKEN, or HOME to where the agent has its sink" },
		},
	);
}

async function revoke(config: Config, world: World): Promise<void> {
	const { auth, vault } = config;
	const [first, ...others] = vault.addresses;
	if (first === undefined || auth?.method !== "token" || auth.token.kind !== "value")
		throw new RangeError("Cannot revoke: no server or no token");
	const token = auth.token.value;
	new SecretGuard(world.redactor).credential(token);
	const log = { write: () => undefined }; // what it would say is the answer itself
	const { client, close } = vaultClients({ ...config, auth }, [first, ...others], { world, log });
	try {
		const call = { method: "POST", path: "auth/token/revoke-self", body: {}, token } as const;
		await client.send(call, new AbortController().signal);
	} finally {
		close();
	}
}
