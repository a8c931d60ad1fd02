import type { Ground, SettingsByName } from "./seed.ts";

/** Roles of the cert method, for clients of the server's own CA unless a role names another. */
export function plantCerts({ core, namespace, write }: Ground, roles: SettingsByName): void {
	if (!namespace.mounts.get("auth/cert/")) write("sys/auth/cert", { type: "cert" });
	for (const [name, settings] of Object.entries(roles))
		write(`auth/cert/certs/${name}`, { certificate: core.ca.certificate, ...settings });
}

/** A CA at `pki/` and its roles. EC keys, because RSA ones take their time; three days, because the CA ends after 32. */
export function plantPki({ namespace, write }: Ground, roles: SettingsByName): void {
	if (!namespace.mounts.get("pki/")) {
		write("sys/mounts/pki", { type: "pki" });
		write("pki/root/generate/internal", { common_name: "keyturn dev PKI", key_type: "ec" });
	}
	for (const [name, settings] of Object.entries(roles))
		write(`pki/roles/${name}`, { key_type: "ec", max_ttl: "72h", ...settings });
}
