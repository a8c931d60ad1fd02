import type { Folder } from "./folder.ts";
import type { Vault } from "./vault.ts";

/** Writes `agent.yaml` (JSON is a part of YAML) with the server's address and whatever else. @returns its path */
export function configIn(folder: Folder, vault: Vault, settings: object): string {
	const vaultPart = { vault: { address: vault.address }, poll_interval: "1s" };
	return folder.write("agent.yaml", JSON.stringify({ ...vaultPart, ...settings }, null, "\t"));
}
