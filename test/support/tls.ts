import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Folder } from "./folder.ts";

/** Whether certificates can be made here. */
export const canMakeCertificates = hasOpenssl();

/** A certificate for 127.0.0.1 that nobody has signed but itself; its file serves as CA as well. */
export function selfSigned(folder: Folder): {
	readonly cert: Buffer;
	readonly key: Buffer;
	readonly certFile: string;
} {
	const [keyFile, certFile] = [folder.at("tls.key"), folder.at("tls.crt")];
	const subject = ["-subj", "/CN=keyturn test", "-addext", "subjectAltName=IP:127.0.0.1"];
	const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
	execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", keyFile, "-out", certFile, ...subject], {
		stdio: "ignore",
	});
	return { cert: readFileSync(certFile), key: readFileSync(keyFile), certFile };
}

function hasOpenssl(): boolean {
	try {
		execFileSync("openssl", ["version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}
