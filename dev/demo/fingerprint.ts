import { createHash, randomBytes } from "node:crypto";

/** What the sample gateway shows of a key: the only form in which one is ever printed. */
export function fingerprint(key: string): string {
	return `…${createHash("sha256").update(key).digest("hex").slice(-4)}`;
}

/** A random key that cannot be taken for the one before. */
export function newKey(before?: string): string {
	for (;;) {
		const key = `sk-demo-${randomBytes(18).toString("hex")}`;
		if (before === undefined || fingerprint(key) !== fingerprint(before)) return key;
	}
}
