import { isReadableOnTheWay } from "./address.ts";
import type { VaultConfig } from "./config.ts";
import { compact, type Context, milliseconds } from "./context.ts";
import type { Places } from "./place.ts";
import type { FileConfig } from "./schema/file.ts";

/** The server and how it is spoken to. */
export function server(file: FileConfig["vault"], context: Context): VaultConfig {
	const place = (path?: string) => (path === undefined ? undefined : context.resolve(path));
	if ((file.client_cert === undefined) !== (file.client_key === undefined)) {
		const given = file.client_cert === undefined ? "client_key" : "client_cert";
		const message = "vault.client_cert and vault.client_key belong together; one is missing";
		context.problems.push({ place: context.places.of(["vault", given]), message });
	}
	const given = file.address ?? [];
	return {
		addresses: (typeof given === "string" ? [given] : given).map((address) => address.replace(/\/+$/, "")),
		...(file.namespace !== undefined && { namespace: file.namespace }),
		timeoutMs: milliseconds(file.timeout),
		tls: compact({
			caCert: place(file.ca_cert),
			caPath: place(file.ca_path),
			clientCert: place(file.client_cert),
			clientKey: place(file.client_key),
			serverName: file.tls_server_name,
			skipVerify: file.tls_skip_verify,
		}),
	};
}

/** What works but lets others read along. */
export function serverWarnings(vault: VaultConfig, places: Places): string[] {
	const warnings = vault.addresses
		.filter(isReadableOnTheWay)
		.map((address) => `${address} is plain http: everyone on the way can read the secrets; use https`);
	if (vault.tls.skipVerify && vault.addresses.some((address) => address.startsWith("https:"))) {
		const place = places.of(["vault", "tls_skip_verify"]);
		warnings.push(`${place}: the server's certificate is not checked; name its authority in ca_cert`);
	}
	return warnings;
}
