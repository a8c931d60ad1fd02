import type { Clock } from "../kernel/mod.ts";
import { createAuthority, createKeyPair, createSerial, P256 } from "./x509/authority.ts";
import { type CertificateOrder, signCertificate } from "./x509/certificate.ts";

/** Certificate and key, PEM. */
export interface Identity {
	readonly certificate: string;
	readonly privateKey: string;
}

export interface ClientOrder {
	readonly commonName: string;
	/** From now on; below 0 it has expired already. */
	readonly ttlSeconds: number;
	/** Host names and IP addresses. */
	readonly sans?: readonly string[];
}

/** The CA of one development server: made at its start, and gone with it. */
export interface DevCa {
	/** PEM. */
	readonly certificate: string;
	/** @param host that it listens on; the usual names of this machine come along */
	forServer(host: string): Identity;
	forClient(order: ClientOrder): Identity;
}

/** Whoever connects checks the server by the system's time, which the server's own clock may be far from. */
const ALWAYS = { notBefore: Date.UTC(2000, 0, 1), notAfter: Date.UTC(2099, 11, 31) };
const THIS_MACHINE = ["localhost", "127.0.0.1", "::1"];
const HOUR_MS = 3_600_000;

export function createDevCa(clock: Clock, random: (bytes: number) => Buffer): DevCa {
	const terms = { ...ALWAYS, commonName: "keyturn dev CA", serial: createSerial(random) };
	const ca = createAuthority(terms, createKeyPair(P256));
	const issue = (order: Omit<CertificateOrder, "publicKey" | "serial">): Identity => {
		const { publicKey, privateKey } = createKeyPair(P256);
		return {
			certificate: signCertificate({ ...order, publicKey, serial: createSerial(random) }, ca),
			privateKey: String(privateKey.export({ type: "pkcs8", format: "pem" })),
		};
	};
	return {
		certificate: ca.certificate,
		forServer: (host) =>
			issue({
				...ALWAYS,
				commonName: "keyturn dev",
				names: [...new Set([...THIS_MACHINE, host])],
				uses: ["server"],
			}),
		forClient: ({ commonName, ttlSeconds, sans = [] }) => {
			const now = clock.now();
			const notAfter = now + ttlSeconds * 1000;
			const notBefore = Math.min(now, notAfter) - HOUR_MS;
			return issue({ commonName, names: sans, uses: ["client"], notBefore, notAfter });
		},
	};
}
