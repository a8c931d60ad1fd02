import type { X509Certificate } from "node:crypto";
import { ApiError } from "../api-error.ts";
import { matchesGlob } from "../glob.ts";
import { rfc3339 } from "../go-time.ts";
import { readCertificate } from "../x509/read-certificate.ts";
import { type CertRole, isForClients } from "./cert-role.ts";

/**
 * The first role that lets this client in.
 *
 * @param chain what the client has shown, its own certificate first
 * @throws ApiError 400 or 500 in the words of the real server
 */
export function findRole(
	roles: readonly CertRole[],
	chain: readonly X509Certificate[],
	now: number,
): { role: CertRole; client: X509Certificate } {
	const [client, ...others] = chain;
	if (!client) throw new ApiError(400, "no client certificate found");
	checkTime(client, now);

	const pinned = roles.find(
		(role) => role.trusted[0]?.ca === false && role.trusted[0].raw.equals(client.raw) && allows(role, client),
	);
	if (pinned) return { role: pinned, client };

	const trusting = roles.filter(({ trusted }) =>
		trusted.some((authority) => authority.ca && leadsTo(authority, [client, ...others], now)),
	);
	if (trusting.length === 0) throw new ApiError(400, "invalid certificate or no client certificate supplied");
	if (!isForClients(client)) throw unverified("certificate specifies an incompatible key usage");
	const role = trusting.find((one) => allows(one, client));
	if (role) return { role, client };
	throw new ApiError(400, "no chain matching all constraints could be found for this login certificate");
}

function checkTime(client: X509Certificate, now: number): void {
	const text = "certificate has expired or is not yet valid: current time";
	const at = rfc3339(Math.floor(now / 1000) * 1000);
	if (now < client.validFromDate.getTime())
		throw unverified(`${text} ${at} is before ${rfc3339(client.validFromDate.getTime())}`);
	if (now > client.validToDate.getTime())
		throw unverified(`${text} ${at} is after ${rfc3339(client.validToDate.getTime())}`);
}

/** 500: the real server takes a certificate that it cannot verify for a fault of its own. */
function unverified(reason: string): ApiError {
	return new ApiError(500, `failed to verify client's certificate: x509: ${reason}`);
}

/** Whether the CA has signed the first of the chain, by itself or by way of the others. */
function leadsTo(authority: X509Certificate, chain: readonly X509Certificate[], now: number): boolean {
	const [first, ...others] = chain;
	if (!first || !isValid(authority, now)) return false;
	if (isSignedBy(first, authority)) return true;
	return others.some(
		(other, index) =>
			other.ca &&
			isValid(other, now) &&
			isSignedBy(first, other) &&
			leadsTo(authority, [other, ...others.toSpliced(index, 1)], now),
	);
}

function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
	return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function isValid({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
	return validFromDate.getTime() <= now && now <= validToDate.getTime();
}

/** One match in each list that the role has. */
function allows(role: CertRole, client: X509Certificate): boolean {
	const { commonName, dnsNames } = readCertificate(client);
	const matches = (globs: readonly string[] | null, names: readonly string[]) =>
		globs === null ||
		globs.length === 0 ||
		names.some((name) => globs.some((glob) => matchesGlob(glob, name)));
	return (
		matches(role.allowed_names, [commonName, ...dnsNames]) &&
		matches(role.allowed_common_names, [commonName]) &&
		matches(role.allowed_dns_sans, dnsNames)
	);
}
