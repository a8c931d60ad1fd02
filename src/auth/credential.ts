import { Secret } from "../kernel/mod.ts";
import { LoginError } from "./errors.ts";

/** A credential given in place, or the file that holds it. */
export type Credential =
	| { readonly kind: "value"; readonly value: Secret }
	| { readonly kind: "file"; readonly path: string };

/** What reading credentials needs of the file system. */
export interface CredentialFiles {
	readFile(path: string): Promise<string>;
	unlink(path: string): Promise<void>;
}

/**
 * Reads the credential anew at every login, since files are replaced while we run. A file that is gone again
 * (removed after reading, an unmounted volume) leaves the last known value in force, as in Vault Agent.
 */
export class CredentialReader {
	readonly #what: string;
	readonly #credential: Credential;
	readonly #files: CredentialFiles;
	#last: Secret | undefined;

	constructor(what: string, credential: Credential, files: CredentialFiles) {
		this.#what = what;
		this.#credential = credential;
		this.#files = files;
	}

	/** The file to remove once it has served, if it is one. */
	get path(): string | undefined {
		return this.#credential.kind === "file" ? this.#credential.path : undefined;
	}

	/** Whether the file holds something that {@link read} has not given yet. */
	async hasNew(): Promise<boolean> {
		if (this.#credential.kind === "value") return false;
		const text = await this.#files.readFile(this.#credential.path).catch(() => "");
		return text.trim() !== "" && !new Secret(text.trim()).equals(this.#last);
	}

	/** @throws LoginError `E_CREDENTIAL_FILE` when there is no file and never was one */
	async read(): Promise<Secret> {
		// Variables get line ends from files as easily as files do.
		if (this.#credential.kind === "value") return this.#credential.value.map((text) => text.trim());
		const { path } = this.#credential;
		try {
			const text = (await this.#files.readFile(path)).trim();
			if (text !== "") this.#last = new Secret(text);
			if (this.#last === undefined) throw new Error("empty");
			return this.#last;
		} catch (error) {
			if (this.#last !== undefined) return this.#last;
			throw LoginError.noCredential(this.#what, path, error);
		}
	}
}
