import type { CredentialFiles } from "../../auth/mod.ts";
import { Secret } from "../../kernel/mod.ts";
import type { World } from "../world.ts";

/** Files of credentials, as they are on disk. */
export function filesOnDisk({ readText, fs }: Pick<World, "readText" | "fs">): CredentialFiles {
	return {
		readFile: readText,
		unlink: async (path, followsLinks = false) =>
			await fs.unlink(followsLinks ? await fs.realpath(path) : path),
	};
}

/**
 * Files of credentials, as they are on disk; of one that was removed after reading, what stood in it. A config that is
 * read anew logs in anew, and the secret id of the login before it is in no file any more.
 */
export function credentialFiles(world: Pick<World, "readText" | "fs">): CredentialFiles {
	const disk = filesOnDisk(world);
	const read = new Map<string, Secret>();
	const removed = new Map<string, Secret>();
	return {
		async readFile(path) {
			try {
				const text = await disk.readFile(path);
				read.set(path, new Secret(text));
				return text;
			} catch (error) {
				const last = removed.get(path);
				if (last === undefined) throw error;
				return last.reveal();
			}
		},
		async unlink(path, followsLinks) {
			await disk.unlink(path, followsLinks);
			const text = read.get(path);
			if (text !== undefined) removed.set(path, text);
		},
	};
}
