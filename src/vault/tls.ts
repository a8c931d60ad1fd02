import { AgentError, ExitCode } from "../kernel/mod.ts";

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
}

/** Options of `https.Agent`, read from the configured files. */
export interface TlsIdentity {
	readonly ca?: readonly string[];
	readonly cert?: string;
	readonly key?: string;
	readonly servername?: string;
	readonly rejectUnauthorized: boolean;
}

/** @throws AgentError `E_TLS_FILES` naming the file that cannot be read */
export function readTlsIdentity(settings: TlsSettings, files: TlsFiles): TlsIdentity {
	const read = (key: string, path: string): string => {
		try {
			return files.readFile(path).toString("utf8");
		} catch (error) {
			throw unreadable(key, path, error);
		}
	};
	const authorities = [
		...(settings.caCert === undefined ? [] : [read("ca_cert", settings.caCert)]),
		...(settings.caPath === undefined ? [] : readFolder(settings.caPath, files)),
	];
	return {
		rejectUnauthorized: !settings.skipVerify,
		...(authorities.length > 0 && { ca: authorities }),
		...(settings.clientCert !== undefined && { cert: read("client_cert", settings.clientCert) }),
		...(settings.clientKey !== undefined && { key: read("client_key", settings.clientKey) }),
		...(settings.serverName !== undefined && { servername: settings.serverName }),
	};
}

function readFolder(folder: string, files: TlsFiles): string[] {
	try {
		return files
			.readDirectory(folder)
			.filter((name) => /\.(pem|crt|cer)$/i.test(name))
			.map((name) => files.readFile(`${folder}/${name}`).toString("utf8"));
	} catch (error) {
		throw unreadable("ca_path", folder, error);
	}
}

function unreadable(key: string, path: string, cause: unknown): AgentError {
	const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unreadable";
	return new AgentError(`vault.${key}: cannot read ${path} (${reason})`, {
		code: "E_TLS_FILES",
		exitCode: ExitCode.usage,
		rows: { do: "check the path and that the agent's user may read it" },
		cause,
	});
}
