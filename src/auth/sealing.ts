import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { Secret } from "../kernel/mod.ts";

/** What a text is sealed with. */
export interface SealTerms {
	/** Held by who seals and by who opens. */
	readonly key: Secret;
	/** What both mean, in order: for something else than it was sealed for, the text does not open. */
	readonly bound: readonly Secret[];
}

/** What opening a sealed text gave. */
export type Opened =
	| { readonly kind: "text"; readonly text: Secret }
	| { readonly kind: "foreign" | "damaged" };

/** Stands before what is sealed, in the open; another layout of what follows has another number. */
const HEADER = "keyturn-handover 1";

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const SALT_BYTES = 32;
/** As GCM wants it (NIST SP 800-38D, 8.2). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a text so that it can be neither read nor changed without the key: AES-256-GCM under a key that HKDF-SHA256
 * (RFC 5869) makes of the shared one and a new salt, so that no key is used twice.
 */
export function seal(text: Secret, terms: SealTerms): Secret {
	const salt = randomBytes(SALT_BYTES);
	const nonce = randomBytes(NONCE_BYTES);
	const cipher = createCipheriv(CIPHER, keyOf(terms, salt), nonce, { authTagLength: TAG_BYTES });
	cipher.setAAD(boundOf(terms));
	const sealed = Buffer.concat([cipher.update(text.reveal(), "utf8"), cipher.final()]);
	const whole = Buffer.concat([salt, nonce, cipher.getAuthTag(), sealed]);
	return new Secret(`${HEADER}\n${whole.toString("base64")}\n`);
}

/** Opens what {@link seal} made: `foreign` when that is not what it is, `damaged` when key, meaning or text differ. */
export function unseal(sealed: Secret, terms: SealTerms): Opened {
	const [header, body = "", ...rest] = sealed.reveal().trimEnd().split("\n");
	if (header !== HEADER || rest.length > 0) return { kind: "foreign" };
	const whole = Buffer.from(body, "base64");
	const salt = whole.subarray(0, SALT_BYTES);
	const nonce = whole.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
	const text = whole.subarray(SALT_BYTES + NONCE_BYTES + TAG_BYTES);
	try {
		const decipher = createDecipheriv(CIPHER, keyOf(terms, salt), nonce, { authTagLength: TAG_BYTES });
		decipher.setAAD(boundOf(terms));
		decipher.setAuthTag(whole.subarray(SALT_BYTES + NONCE_BYTES, SALT_BYTES + NONCE_BYTES + TAG_BYTES));
		const plain = Buffer.concat([decipher.update(text), decipher.final()]);
		return { kind: "text", text: new Secret(plain.toString("utf8")) };
	} catch {
		return { kind: "damaged" };
	}
}

function keyOf({ key }: SealTerms, salt: Buffer): Buffer {
	return Buffer.from(hkdfSync("sha256", key.reveal(), salt, HEADER, KEY_BYTES));
}

/** The header is bound as well; lists keep apart what a plain sequence would run together. */
function boundOf({ bound }: SealTerms): Buffer {
	return Buffer.from(JSON.stringify([HEADER, ...bound.map((part) => part.reveal())]));
}
