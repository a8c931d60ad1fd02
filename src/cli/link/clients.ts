import { tlsRefresh } from "../../auth/mod.ts";
import type { AuthConfig, Config } from "../../config/mod.ts";
import { NodeVaultClient, readTlsIdentity, type TlsSettings } from "../../vault/mod.ts";
import type { VaultSurroundings } from "./open-link.ts";
import { operationOf } from "./vault-operation.ts";

/** Who speaks to the server. */
export interface Clients {
	readonly client: NodeVaultClient;
	/** Shows the certificate of a login that has one of its own; otherwise the same client. */
	readonly loginClient: NodeVaultClient;
	/** Reads the TLS files again; new connections show what has changed. */
	readonly refreshTls: () => void;
	readonly close: () => void;
}

/** @param addresses those of the config, at least one */
export function vaultClients(
	config: Config & { readonly auth: AuthConfig },
	addresses: readonly [string, ...string[]],
	{ world, log, counters, heard }: Pick<VaultSurroundings, "world" | "log" | "counters" | "heard">,
): Clients {
	const { vault, auth } = config;
	const open = (tls: TlsSettings) => {
		const readTls = () => readTlsIdentity(tls, world.tlsFiles);
		return new NodeVaultClient({
			addresses,
			...(vault.namespace !== undefined && { namespace: vault.namespace }),
			timeoutMs: vault.timeoutMs,
			...(world.lookup && { lookup: world.lookup }),
			tls: readTls(),
			readTls,
			clean: (text) => world.redactor.clean(text),
			...(heard && { onTime: heard }),
			onTlsRefused: () => refreshTls(),
			onRequest: ({ method, path, address }, status) => {
				const msg = `${method} ${path} ${status ?? "failed"}`;
				log.write("trace", "request", { msg, method, path, address, status });
				const counted = { operation: operationOf({ method, path }), status: String(status ?? "none") };
				counters?.add("keyturn_vault_requests_total", counted);
			},
		});
	};
	const client = open(vault.tls);
	const own = auth.method === "cert" ? auth.own : undefined;
	const loginClient = own === undefined ? client : open({ ...vault.tls, ...own, place: "auto_auth.config" });
	const isFixed = auth.method === "cert" && !auth.reload;
	const clients = new Set([client, loginClient]);
	if (isFixed) clients.delete(loginClient);
	const refreshTls = tlsRefresh([...clients], { log, clock: world.clock });
	return {
		client,
		loginClient,
		refreshTls,
		close: () => {
			client.close();
			if (loginClient !== client) loginClient.close();
		},
	};
}
