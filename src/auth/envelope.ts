import {
	createCipheriv,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	hkdfSync,
	type KeyObject,
	randomBytes,
} from "node:crypto";
import { AgentError, errorCode, parseJson, Secret } from "../kernel/mod.ts";
import { asObject, asText } from "../vault/mod.ts";

/** For whom a sink is, when that is one reader alone. */
export interface SinkEncryption {
	/** The file in which the reader has put its public key. */
	readonly readerKeyPath: string;
	/** The key is made of the shared secret by HKDF; otherwise it is that secret. */
	readonly isDerived: boolean;
	/** What the reader has to give as well; empty when nothing. */
	readonly aad: string;
}

/** Turns a text into what its reader alone can open. */
export type Encrypt = (text: Secret) => Secret;

const KEY_BYTES = 32;
/** As GCM wants it (NIST SP 800-38D, 8.2). */
const NONCE_BYTES = 12;

/**
 * Encrypts for the reader whose public key stands in a file, in the envelope of Vault Agent's sinks (the Vault SDK's
 * `dhutil`): X25519 with a key of our own, AES-256-GCM, JSON. The first key that is read is the reader's from then on.
 *
 * @throws AgentError `E_SINK`, which waiting may mend, when there is no such key
 */
export async function encryptionFor(
	{ readerKeyPath, isDerived, aad }: SinkEncryption,
	readText: (path: string) => Promise<string>,
): Promise<Encrypt> {
	const reader = await readerKey(readerKeyPath, readText);
	const own = generateKeyPairSync("x25519");
	const ownPublic = rawOf(own.publicKey);
	const shared = agreeOn(own.privateKey, reader, readerKeyPath);
	const key = isDerived ? derive(shared, ownPublic, rawOf(reader)) : shared;
	return (text) => {
		const nonce = randomBytes(NONCE_BYTES);
		const cipher = createCipheriv("aes-256-gcm", key, nonce);
		cipher.setAAD(Buffer.from(aad));
		const sealed = [cipher.update(text.reveal(), "utf8"), cipher.final(), cipher.getAuthTag()];
		const envelope = {
			curve25519_public_key: ownPublic.toString("base64"),
			nonce: nonce.toString("base64"),
			encrypted_payload: Buffer.concat(sealed).toString("base64"),
		};
		return new Secret(`${JSON.stringify(envelope)}\n`);
	};
}

async function readerKey(path: string, readText: (path: string) => Promise<string>): Promise<KeyObject> {
	let text: string;
	try {
		text = await readText(path);
	} catch (error) {
		throw noReader(`the reader's public key cannot be read from ${path} (${errorCode(error) ?? "unknown"})`);
	}
	const raw = keyIn(text);
	if (raw?.length !== KEY_BYTES) {
		const size = raw === undefined ? "" : ` (${raw.length} bytes, not ${KEY_BYTES})`;
		throw noReader(`there is no public key of a reader in ${path}${size}`);
	}
	return createPublicKey({
		key: { kty: "OKP", crv: "X25519", x: raw.toString("base64url") },
		format: "jwk",
	});
}

/** The bytes in what the reader has written; nothing where there are none. */
function keyIn(text: string): Buffer | undefined {
	try {
		const written = asText(asObject(parseJson(text))?.["curve25519_public_key"]);
		return written === "" ? undefined : Buffer.from(written, "base64");
	} catch {
		return undefined;
	}
}

function rawOf(key: KeyObject): Buffer {
	return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}

/** Some numbers of the right length are no keys: with them everybody would agree on the same secret. */
function agreeOn(privateKey: KeyObject, publicKey: KeyObject, path: string): Buffer {
	try {
		return diffieHellman({ privateKey, publicKey });
	} catch {
		throw noReader(`the public key in ${path} is none that a secret can be agreed on with`);
	}
}

/** Both public keys take part, the smaller one first, so that either side comes to the same. */
function derive(shared: Buffer, one: Buffer, other: Buffer): Buffer {
	const [first, second] = Buffer.compare(one, other) < 0 ? [one, other] : [other, one];
	return Buffer.from(hkdfSync("sha256", shared, first, second, KEY_BYTES));
}

function noReader(message: string): AgentError {
	return new AgentError(message, {
		code: "E_SINK",
		remedy: "retry",
		rows: { do: 'let the reader write {"curve25519_public_key": "<base64>"} there, readable by the agent' },
	});
}
