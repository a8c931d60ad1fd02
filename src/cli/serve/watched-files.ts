import type { Log } from "../../kernel/mod.ts";
import type { VaultLinks } from "../link/vault-links.ts";
import type { World } from "../world.ts";
import type { FileWatch } from "./file-watch.ts";
import type { Settled } from "./settled.ts";

interface WatchedFilesParts {
	readonly world: World;
	readonly log: Log;
	readonly links: VaultLinks;
}

/** Everything on disk that the agent goes by; watched from {@link open} on. */
export class WatchedFiles {
	readonly #parts: WatchedFilesParts;
	#watch: FileWatch | undefined;

	constructor(parts: WatchedFilesParts) {
		this.#parts = parts;
	}

	/** @param changed told of every change, for as long as the files are watched */
	async open(settled: Settled, changed: () => void): Promise<void> {
		const { world, log } = this.#parts;
		const watchFiles = await world.loadFileWatch();
		this.#watch = watchFiles({
			changed,
			failed: (code) => {
				const msg = `files cannot be watched (${code}); send SIGHUP after a change`;
				log.write("warn", "reload", { msg, code });
			},
		});
		this.set(settled);
	}

	/** Another config is in force. */
	set(settled: Settled): void {
		this.#watch?.set(filesOf(settled, this.#parts.links));
	}

	async close(): Promise<void> {
		await this.#watch?.close();
	}
}

function filesOf({ config, texts }: Settled, links: VaultLinks): readonly string[] {
	const { caCert, clientCert, clientKey } = config.vault.tls;
	const tls = [caCert, clientCert, clientKey].filter((path) => path !== undefined);
	const { token, tls: own } = config.listener ?? {};
	return [
		...config.files,
		...texts.keys(),
		...links.session.credentialFiles,
		...tls,
		...(token?.kind === "file" ? [token.path] : []),
		...Object.values(own ?? {}),
	];
}
