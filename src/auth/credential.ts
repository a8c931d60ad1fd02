import { errorCode, type Log, Secret } from "../kernel/mod.ts";
import { LoginError } from "./errors.ts";

/** A credential given in place, or the file that holds it. */
export type Credential =
	| { readonly kind: "value"; readonly value: Secret }
	| { readonly kind: "file"; readonly path: string };

/** What reading credentials needs of the file system. */
export interface CredentialFiles {
	readFile(path: string): Promise<string>;
	/** @param followsLinks of a link, what it leads to is removed; otherwise the link */
	unlink(path: string, followsLinks?: boolean): Promise<void>;
}

export interface CredentialSource {
	/** What it is, for messages. */
	readonly what: string;
	readonly credential: Credential;
	/** What to do when there is no such file. */
	readonly advice?: string;
	/** Of a link, {@link CredentialReader.remove} removes what it leads to. Default false. */
	readonly removeFollowsLinks?: boolean;
	/** Whether the last one read still serves when its file has gone. Default: always. */
	readonly outlivesFile?: (last: Secret) => boolean;
}

/**
 * Reads the credential anew at every login, since files are replaced while we run. A file that is gone again
 * (removed after reading, an unmounted volume) leaves the last known value in force, as in Vault Agent, unless the
 * source says otherwise.
 */
export class CredentialReader {
	readonly #files: CredentialFiles;
	readonly #source: CredentialSource;
	#last: Secret | undefined;

	constructor(files: CredentialFiles, source: CredentialSource) {
		this.#files = files;
		this.#source = source;
	}

	/** The file that it stands in, if it is one. */
	get path(): string | undefined {
		const { credential } = this.#source;
		return credential.kind === "file" ? credential.path : undefined;
	}

	/** Whether the file holds something that {@link read} has not given yet. */
	async hasNew(): Promise<boolean> {
		if (this.path === undefined) return false;
		const text = await this.#files.readFile(this.path).catch(() => "");
		return text.trim() !== "" && !new Secret(text.trim()).equals(this.#last);
	}

	/** @throws LoginError `E_CREDENTIAL_FILE` when there is no file and none that was there still serves */
	async read(): Promise<Secret> {
		const { credential, outlivesFile = () => true, ...source } = this.#source;
		// Variables get line ends from files as easily as files do.
		if (credential.kind === "value") return credential.value.map((text) => text.trim());
		const { path } = credential;
		try {
			const text = (await this.#files.readFile(path)).trim();
			if (text === "") throw new Error("empty");
			this.#last = new Secret(text);
			return this.#last;
		} catch (error) {
			if (this.#last !== undefined && outlivesFile(this.#last)) return this.#last;
			throw LoginError.noCredential({ ...source, path }, error);
		}
	}

	/**
	 * Removes the file, which has served. One that was put there since is left for the next login.
	 *
	 * @param setting key of the config that asks for this, for the warning when it cannot be done
	 */
	async remove(setting: string, log: Log): Promise<void> {
		if (this.path === undefined || (await this.hasNew())) return;
		try {
			await this.#files.unlink(this.path, this.#source.removeFollowsLinks);
		} catch (error) {
			const code = errorCode(error) ?? "unknown";
			if (code === "ENOENT") return;
			log.write("warn", "login", {
				msg: `the ${this.#source.what}'s file ${this.path} could not be removed (${code}); set ${setting}: false if it is meant to stay`,
				path: this.path,
			});
		}
	}
}
