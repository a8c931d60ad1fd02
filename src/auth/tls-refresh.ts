import { type Clock, formatDuration, type Log } from "../kernel/mod.ts";
import type { ClientCertificate, TlsReload } from "../vault/mod.ts";

/** A client that can read its TLS files again. */
export interface TlsClient {
	/** What it shows to the server, if anything. */
	readonly certificate: ClientCertificate | undefined;
	reloadTls(): TlsReload;
}

interface TlsRefreshDeps {
	readonly log: Log;
	readonly clock: Clock;
}

/**
 * Reads the TLS files of the clients again whenever it is called, and says what has become of them, each thing once:
 * a new certificate, one that has expired (it is shown all the same: the server has the last word), files that
 * cannot be used (what was there before stays in force).
 */
export function tlsRefresh(clients: readonly TlsClient[], { log, clock }: TlsRefreshDeps): () => void {
	const said = new Map<TlsClient, string>();
	const say = (client: TlsClient, key: string, warning: string) => {
		if (said.get(client) === key) return;
		said.set(client, key);
		log.write("warn", "tls", { msg: warning });
	};
	const refresh = (client: TlsClient) => {
		const reload = client.reloadTls();
		if (reload.kind === "kept") {
			const { message } = reload.error;
			say(client, message, `${message}; what was read before stays in use`);
			return;
		}
		const { certificate } = client;
		if (reload.kind === "changed") log.write("info", "tls", { msg: changeWords(certificate, clock.date()) });
		if (certificate !== undefined && certificate.notAfter <= clock.date()) {
			const warning = `the client certificate ${certificateWords(certificate, clock.date())}`;
			say(client, certificate.fingerprint, warning);
		} else said.delete(client);
	};
	return () => clients.forEach(refresh);
}

function changeWords(certificate: ClientCertificate | undefined, now: number): string {
	if (certificate === undefined) return "the TLS files have changed; new connections use them";
	return `the TLS files have changed; new connections show ${certificateWords(certificate, now)}`;
}

/**
 * `subject CN=gateway, issuer CN=our CA, expires in 23h`.
 *
 * @param now milliseconds since the epoch
 */
export function certificateWords(certificate: ClientCertificate, now: number): string {
	const { subject, issuer, notBefore, notAfter } = certificate;
	const names = `subject ${subject || "(none)"}, issuer ${issuer || "(none)"}`;
	if (notBefore > now) return `${names}, not valid for ${formatDuration(notBefore - now)} yet`;
	if (notAfter <= now) return `${names}, expired ${formatDuration(now - notAfter)} ago`;
	return `${names}, expires in ${formatDuration(notAfter - now)}`;
}
