import type { CertConfig } from "./login-config.ts";
import { compact, type Context } from "./context.ts";
import type { FileConfig } from "./schema/file.ts";

type AutoAuth = NonNullable<FileConfig["auto_auth"]>;

/** What a login by TLS certificate shows: a pair of its own, or that of `vault`. */
export function certificate(
	{ config }: AutoAuth,
	context: Context,
): Pick<CertConfig, "name" | "own" | "reload"> {
	const { client_cert: cert, client_key: key, ca_cert: ca } = config;
	if ((cert === undefined) !== (key === undefined)) {
		const given = cert === undefined ? "client_key" : "client_cert";
		const message = "auto_auth.config.client_cert and client_key belong together; one is missing";
		context.problems.push({ place: context.places.of(["auto_auth", "config", given]), message });
	}
	if (cert === undefined && ca !== undefined) {
		const message = "auto_auth.config.ca_cert goes with client_cert and client_key; use vault.ca_cert";
		context.problems.push({ place: context.places.of(["auto_auth", "config", "ca_cert"]), message });
	}
	const own = cert !== undefined &&
		key !== undefined && {
			clientCert: context.resolve(cert),
			clientKey: context.resolve(key),
			...(ca !== undefined && { caCert: context.resolve(ca) }),
		};
	return compact({ name: config.name, reload: config.reload ?? true, ...(own && { own }) });
}

/** A certificate is shown while a TLS connection is made; an address without TLS has no such moment. */
export function refusePlainAddress(file: FileConfig, context: Context): void {
	const given = file.vault.address ?? [];
	const plain = (typeof given === "string" ? [given] : given).find((address) => /^http:/i.test(address));
	if (file.auto_auth?.method !== "cert" || plain === undefined) return;
	const message = `auto_auth.method: cert needs https: over ${plain} no certificate can be shown; use the server's https address`;
	context.problems.push({ place: context.places.of(["auto_auth", "method"]), message });
}
