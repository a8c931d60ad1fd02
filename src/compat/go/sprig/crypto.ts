import { createDecipheriv, createHash } from "node:crypto";
import type { GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { fixed, INNOCENT } from "../functions/define.ts";
import { base64Bytes, decoded } from "../values/bytes.ts";

const digest = (algorithm: "sha1" | "sha256" | "sha512") =>
	fixed(["string"], (text) => createHash(algorithm).update(text).digest("hex"), INNOCENT);

const ADLER = 65_521;

function adler32(text: string): string {
	let a = 1;
	let b = 0;
	for (const byte of Buffer.from(text)) {
		a = (a + byte) % ADLER;
		b = (b + a) % ADLER;
	}
	return String(b * 65_536 + a);
}

const BLOCK = 16;

/** AES-256-CBC as sprig writes it: base64 of the first block and what follows; the key is the password, filled up with zeros. */
function decryptAes(password: string, text: string): string {
	if (text === "") return "";
	const key = Buffer.alloc(32);
	Buffer.from(password).copy(key);
	const bytes = base64Bytes(text);
	if (bytes.length < 2 * BLOCK || bytes.length % BLOCK !== 0)
		throw new GoFault("wants what encryptAES has made");
	const decipher = createDecipheriv("aes-256-cbc", key, bytes.subarray(0, BLOCK));
	const reason = "cannot be decrypted with this password";
	try {
		return decoded(Buffer.concat([decipher.update(bytes.subarray(BLOCK)), decipher.final()]), reason);
	} catch {
		throw new GoFault(reason);
	}
}

/** Digests and decryption (`crypto.go` of sprig). */
export const CRYPTO: GoFunctions = new Map([
	["sprig_sha1sum", digest("sha1")],
	["sprig_sha256sum", digest("sha256")],
	["sprig_sha512sum", digest("sha512")],
	["sprig_adler32sum", fixed(["string"], adler32, INNOCENT)],
	["sprig_decryptAES", fixed(["string", "string"], decryptAes)],
]);
