const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Makers of everything that must not be guessed, from one source of random bytes. */
export class Ids {
	readonly #random: (bytes: number) => Buffer;

	constructor(random: (bytes: number) => Buffer) {
		this.#random = random;
	}

	uuid(): string {
		return this.#random(16)
			.toString("hex")
			.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
	}

	/** Slightly uneven (256 is no multiple of 62), which a server for development can bear. */
	base62(length: number): string {
		return Array.from(this.#random(length), (byte) => BASE62[byte % 62]).join("");
	}

	/** A whole number from 0 up to the limit, which is no more than 256 and not reached. */
	below(limit: number): number {
		return this.#random(1).readUInt8() % limit;
	}

	hex(bytes: number): string {
		return this.#random(bytes).toString("hex");
	}

	/** Prefixes as in https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes */
	token(type: "service" | "batch"): string {
		return type === "batch" ? `hvb.${this.base62(90)}` : `hvs.${this.base62(24)}`;
	}
}
