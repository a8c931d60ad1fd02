import type { CredentialFiles } from "../../src/auth/mod.ts";

const DENIED = Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" });
const ABSENT = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });

/** Files with credentials, in memory, by their paths. */
export class FakeCredentialFiles implements CredentialFiles {
	readonly texts: Map<string, string>;
	/** What links lead to, by their paths. */
	readonly links = new Map<string, string>();
	isReadOnly = false;

	constructor(texts: Readonly<Record<string, string>>) {
		this.texts = new Map(Object.entries(texts));
	}

	async readFile(path: string): Promise<string> {
		const text = this.texts.get(this.links.get(path) ?? path);
		if (text === undefined) throw ABSENT;
		return await Promise.resolve(text);
	}

	async unlink(path: string, followsLinks = false): Promise<void> {
		if (this.isReadOnly) throw DENIED;
		const isGone = followsLinks ? this.texts.delete(this.links.get(path) ?? path) : this.links.delete(path);
		if (!isGone && !this.texts.delete(path)) throw ABSENT;
		await Promise.resolve();
	}
}
