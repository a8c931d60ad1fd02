import type { CredentialFiles } from "../../src/auth/mod.ts";

const DENIED = Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" });
const ABSENT = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });

/** Files with credentials, in memory, by their paths. */
export class FakeCredentialFiles implements CredentialFiles {
	readonly texts: Map<string, string>;
	isReadOnly = false;

	constructor(texts: Readonly<Record<string, string>>) {
		this.texts = new Map(Object.entries(texts));
	}

	async readFile(path: string): Promise<string> {
		const text = this.texts.get(path);
		if (text === undefined) throw ABSENT;
		return await Promise.resolve(text);
	}

	async unlink(path: string): Promise<void> {
		if (this.isReadOnly) throw DENIED;
		if (!this.texts.delete(path)) throw ABSENT;
		await Promise.resolve();
	}
}
