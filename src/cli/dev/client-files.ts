import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AgentError, errorCode, ExitCode } from "../../kernel/mod.ts";

/** Files that a development server's clients read. */
export interface DevFiles {
	/** For its owner alone. @returns the absolute path */
	write(name: string, text: string): Promise<string>;
	/** Takes away what was made; a folder of the user's own stays, with its files. */
	remove(): Promise<void>;
}

/**
 * @param folder made when it is not there; absent for one of its own among the system's temporary ones
 * @throws AgentError when it cannot be made or written to
 */
export async function openDevFiles(folder?: string): Promise<DevFiles> {
	try {
		if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
		const path = folder === undefined ? await mkdtemp(join(tmpdir(), "keyturn-dev-")) : resolve(folder);
		return {
			write: async (name, text) => {
				const file = join(path, name);
				// Removed first: an older file would keep its mode.
				await rm(file, { force: true }).catch(refuse(file));
				await writeFile(file, text, { mode: 0o600, flag: "wx" }).catch(refuse(file));
				return file;
			},
			remove: async () => {
				if (folder === undefined) await rm(path, { recursive: true, force: true });
			},
		};
	} catch (error) {
		return refuse(folder ?? tmpdir())(error);
	}
}

function refuse(path: string): (cause: unknown) => never {
	return (cause) => {
		const code = errorCode(cause) ?? "the system refused";
		throw new AgentError(`Cannot write "${path}" for clients of the development server: ${code}`, {
			code: "E_DEV_FILES",
			exitCode: ExitCode.usage,
			rows: { do: "name a folder that you may write to (--tls-dir, --token-dir)" },
			cause,
		});
	};
}
