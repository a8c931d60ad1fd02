import type { DevServer, Seed } from "../../devserver/mod.ts";
import type { DevFiles } from "./client-files.ts";

/** Where the files are that a client of a server with TLS needs. */
export interface DevTlsFiles {
	readonly caCert: string;
	/** A certificate that the first seeded role of the cert method lets in. */
	readonly client?: { readonly role: string; readonly cert: string; readonly key: string };
}

/** As long as a developer's server is likely to run. */
const CLIENT_TTL_SECONDS = 30 * 24 * 3600;

/** Writes the server's CA, and a client certificate when there is a role for one. */
export async function writeTlsFiles(
	server: DevServer,
	seed: Seed | undefined,
	files: DevFiles,
): Promise<DevTlsFiles> {
	const caCert = await files.write("ca.crt", server.caCert);
	const [first] = Object.entries(seed?.certs ?? {}).filter(
		([, { certificate }]) => certificate === undefined,
	);
	if (!first) return { caCert };
	const [role, settings] = first;
	const [commonName = role] = namesLike(settings["allowed_common_names"]);
	const { certificate, privateKey } = server.issueClientCertificate({
		commonName,
		ttlSeconds: CLIENT_TTL_SECONDS,
		sans: namesLike(settings["allowed_dns_sans"]),
	});
	const cert = await files.write("client.crt", certificate);
	return { caCert, client: { role, cert, key: await files.write("client.key", privateKey) } };
}

/** Names that a role's patterns let in; a list, or a text with commas. */
function namesLike(patterns: unknown): string[] {
	const list: unknown[] = typeof patterns === "string" ? patterns.split(",") : [patterns].flat();
	return list
		.filter((pattern) => typeof pattern === "string")
		.map((pattern) => pattern.trim().replaceAll("*", "client"));
}
