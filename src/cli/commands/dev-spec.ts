import type { CommandSpec } from "../command-spec.ts";
import { UNUSED_COMMON_FLAGS } from "../common-flags.ts";

export const devSpec: CommandSpec = {
	name: "dev",
	summary: "run a Vault-compatible server in memory, for development",
	description:
		"Starts a server that speaks Vault's API, with KV v2 at secret/. In memory, on loopback, for development only.",
	flags: [
		...UNUSED_COMMON_FLAGS,
		{
			flags: "--listen <address>",
			text: "host:port on loopback; port 0 takes a free one",
			standard: "127.0.0.1:8200",
		},
		{ flags: "--tls", text: "speak HTTPS, with a CA made for this run, and take client certificates" },
		{
			flags: "--tls-dir <dir>",
			text: "where CA and client certificate are put (default: a temporary folder); implies --tls",
		},
		{
			flags: "--token-dir <dir>",
			text: "where a token of each service account that the seed's roles name is put",
		},
		{ flags: "--root-token <token>", text: "the root token (default: a random one)" },
		{
			flags: "--seed <file>",
			text: "JSON with secrets, policies and roles of every kind to begin with (docs/uses.md, Without a Vault)",
		},
		{ flags: "--json", text: "print address and token as JSON" },
	],
	example: "agent dev --listen 127.0.0.1:8200 --root-token root",
	run: async ({ flags, world }) => {
		const { dev } = await import("./dev.ts");
		return await dev(flags, world);
	},
};
