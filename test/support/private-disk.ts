import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getuid } from "node:process";
import { onTestFinished } from "vitest";

/** A small disk that is mounted at a folder, for the test alone: nobody else on the machine sees it. */
export interface PrivateDisk {
	/** Runs a command where the disk is seen. */
	readonly through: readonly string[];
	/** Runs a shell script there, in the disk's folder. @throws when it fails */
	run(script: string): string;
	/** By which path others see a name of the disk. */
	at(name: string): string;
}

/** Only root may mount what has a block device below it. */
export const isRoot = getuid?.() === 0;

/** In memory; the size is as small as it gets. */
const IN_MEMORY = 'mount -t tmpfs -o size=64k,nr_inodes=64 none "$0"';

/** One that can be frozen, on a file beside the folder. */
const ON_A_FILE = `truncate -s 4M "$0.image" && mkfs.ext4 -q "$0.image" && mount -o loop "$0.image" "$0"`;

/** Whether {@link frozenDisk} can be had here. */
export const canFreeze = isRoot && isFreezable();

/** Mounts it; needs what `canMount` tells. */
export async function privateDisk(folder: string, mount = IN_MEMORY): Promise<PrivateDisk> {
	const script = `set -e; ${mount}; echo ready; exec sleep 3600`;
	// Where there is no root, a user namespace makes one.
	const holder = spawn("unshare", [isRoot ? "-m" : "-rm", "sh", "-c", script, folder], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	onTestFinished(() => void holder.kill("SIGKILL"));
	await once(holder.stdout, "data");
	const { pid = 0 } = holder;
	const user = isRoot ? [] : ["--user", "--preserve-credentials"];
	const through = ["nsenter", "--target", String(pid), "--mount", ...user];
	const [program = "", ...args] = through;
	return {
		through,
		run: (lines) =>
			execFileSync(program, [...args, "sh", "-e", "-c", `cd "$0"\n${lines}`, folder], {
				encoding: "utf8",
				stdio: ["ignore", "pipe", "pipe"],
			}),
		at: (name) => join(`/proc/${pid}/root`, folder, name),
	};
}

/** A disk on which every writer can be made to hang. */
export async function frozenDisk(folder: string): Promise<PrivateDisk & { freeze(): void; thaw(): void }> {
	const disk = await privateDisk(folder, ON_A_FILE);
	let isFrozen = false;
	const set = (frozen: boolean) => {
		if (frozen === isFrozen) return;
		disk.run(`fsfreeze -${frozen ? "f" : "u"} .`);
		isFrozen = frozen;
	};
	onTestFinished(() => set(false)); // or what waits for it could not even be killed
	return { ...disk, freeze: () => set(true), thaw: () => set(false) };
}

function isFreezable(): boolean {
	const folder = mkdtempSync(join(tmpdir(), "keyturn-freeze-"));
	try {
		const script = `set -e; ${ON_A_FILE}; fsfreeze -f "$0"; fsfreeze -u "$0"`;
		execFileSync("unshare", ["-m", "sh", "-c", script, folder], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	} finally {
		rmSync(folder, { recursive: true });
		rmSync(`${folder}.image`, { force: true });
	}
}
