import { X509Certificate } from "node:crypto";
import { AgentError, errorCode, ExitCode } from "../kernel/mod.ts";

/** What the transport needs of the file system. */
export interface TlsFiles {
	readFile(path: string): Buffer;
	readDirectory(path: string): readonly string[];
}

/** File paths as in Vault's own settings (`VAULT_CACERT`, `VAULT_CLIENT_CERT`, …). */
export interface TlsSettings {
	readonly caCert?: string;
	/** A folder of PEM files. */
	readonly caPath?: string;
	readonly clientCert?: string;
	readonly clientKey?: string;
	/** Name expected in the server's certificate (SNI). */
	readonly serverName?: string;
	readonly skipVerify: boolean;
	/** Map of the config that names these files, for messages. Default `vault`. */
	readonly place?: string;
}

/** Options of `https.Agent`, read from the configured files. */
export interface TlsIdentity {
	readonly ca?: readonly string[];
	readonly cert?: string;
	readonly key?: string;
	readonly servername?: string;
	readonly rejectUnauthorized: boolean;
}

/** What reading the files again has come to. */
export type TlsReload =
	| { readonly kind: "same" }
	| { readonly kind: "changed" }
	| { readonly kind: "kept"; readonly error: AgentError };

/** @throws AgentError `E_TLS_FILES` naming the file that cannot be read, or holds something else */
export function readTlsIdentity(settings: TlsSettings, files: TlsFiles): TlsIdentity {
	const place = settings.place ?? "vault";
	const read = (key: string, path: string): string => {
		try {
			return files.readFile(path).toString("utf8");
		} catch (error) {
			throw unreadable(key, path, error);
		}
	};
	const authorities = [
		...(settings.caCert === undefined ? [] : [authority(`${place}.ca_cert`, settings.caCert, read)]),
		...(settings.caPath === undefined ? [] : readFolder(settings.caPath, files)),
	];
	return {
		rejectUnauthorized: !settings.skipVerify,
		...(authorities.length > 0 && { ca: authorities }),
		...clientIdentity(settings, place, read),
		...(settings.serverName !== undefined && { servername: settings.serverName }),
	};
}

type Read = (key: string, path: string) => string;

/** Node takes any text for a CA and then trusts nobody; that is better said now. */
function authority(key: string, path: string, read: Read): string {
	const text = read(key, path);
	try {
		void new X509Certificate(text);
		return text;
	} catch {
		throw unusable(key, path, "holds no certificate in PEM");
	}
}

/** Read and tried now: OpenSSL's words at the first connection do not say which file is wrong. */
function clientIdentity(
	{ clientCert, clientKey }: TlsSettings,
	place: string,
	read: Read,
): { cert?: string; key?: string } {
	const cert = clientCert === undefined ? {} : { cert: authority(`${place}.client_cert`, clientCert, read) };
	if (clientKey === undefined) return cert;
	const key = read(`${place}.client_key`, clientKey);
	// Loaded here and not above: an agent that speaks plain HTTP on loopback goes without TLS.
	const { createSecureContext } = process.getBuiltinModule("node:tls");
	try {
		createSecureContext({ ...cert, key });
		return { ...cert, key };
	} catch (error) {
		const isOther = errorCode(error) === OTHER_KEY;
		throw unusable(
			`${place}.client_key`,
			clientKey,
			isOther ? `is not the key of ${clientCert}` : "holds no private key in PEM",
		);
	}
}

const OTHER_KEY = "ERR_OSSL_X509_KEY_VALUES_MISMATCH";

function readFolder(folder: string, files: TlsFiles): string[] {
	try {
		return files
			.readDirectory(folder)
			.filter((name) => /\.(pem|crt|cer)$/i.test(name))
			.map((name) => files.readFile(`${folder}/${name}`).toString("utf8"));
	} catch (error) {
		throw unreadable("vault.ca_path", folder, error);
	}
}

function unusable(key: string, path: string, reason: string): AgentError {
	return new AgentError(`${key}: ${path} ${reason}`, {
		code: "E_TLS_FILES",
		exitCode: ExitCode.usage,
		rows: { do: "name the right file, in PEM" },
	});
}

function unreadable(key: string, path: string, cause: unknown): AgentError {
	const reason = errorCode(cause) ?? "unreadable";
	return new AgentError(`${key}: cannot read ${path} (${reason})`, {
		code: "E_TLS_FILES",
		exitCode: ExitCode.usage,
		rows: { do: "check the path and that the agent's user may read it" },
		cause,
	});
}
