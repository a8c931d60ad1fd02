/** Whether the server may open its storage; one key share unseals it (https://developer.hashicorp.com/vault/docs/concepts/seal). */
export class Seal {
	/** What unseals, in hex. */
	readonly key: string;
	isSealed = false;

	constructor(key: string) {
		this.key = key;
	}

	/** @param key hex or base64 */
	unseal(key: string): boolean {
		const isRight = key === this.key || key === Buffer.from(this.key, "hex").toString("base64");
		if (isRight) this.isSealed = false;
		return isRight;
	}
}
