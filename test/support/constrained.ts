import { execFileSync } from "node:child_process";
import { getuid } from "node:process";
import { LAUNCHER } from "./agent-process.ts";

/** Whether a user namespace with mounts of its own can be had here. */
export const canMount = works("unshare", ["-rm", "sh", "-c", "mount -t tmpfs none /mnt"]);

/** Whether this is root with the means to become somebody else, for whom modes count. */
export const canBecomeAnother =
	getuid?.() === 0 && works("setpriv", [...anotherUser(), process.execPath, LAUNCHER, "--version"]);

/** Runs a command as somebody for whom modes count. */
export const asAnother: readonly string[] = ["setpriv", ...anotherUser()];

/** The same as the user with this number. */
export function asUser(uid: number): readonly [string, ...string[]] {
	return ["setpriv", "--reuid", String(uid), "--clear-groups", "--no-new-privs"];
}

/**
 * Runs a command with one folder on a small disk that is already full. What the folder holds afterwards is
 * printed on standard output, one `name content` a line.
 */
export function onFullDisk(folder: string): readonly string[] {
	const script = `set -e
cp -r "$0" "$0.kept"
mount -t tmpfs -o size=16k none "$0"
cp -r "$0.kept"/. "$0"
rm -r "$0.kept"
dd if=/dev/zero of="$0/filler" bs=4096 count=64 2>/dev/null || true
${LIST}`;
	return ["unshare", "-rm", "sh", "-c", script, folder];
}

/** The same with a folder that is mounted read-only. */
export function onReadOnlyMount(folder: string): readonly string[] {
	const script = `set -e
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
${LIST}`;
	return ["unshare", "-rm", "sh", "-c", script, folder];
}

/** Runs a command that asks this address for names, and no other. */
export function askingFor(nameserver: string): readonly string[] {
	const script = `set -e
mount -t tmpfs none /mnt
echo "nameserver $0" >/mnt/resolv.conf
mount --bind /mnt/resolv.conf "$(readlink -f /etc/resolv.conf)"
exec "$@"`;
	return ["unshare", "-rm", "sh", "-c", script, nameserver];
}

const LIST = `code=0
"$@" || code=$?
cd "$0"
for file in $(ls -A); do [ "$file" = filler ] || echo "$file $(cat "$file")"; done
exit $code`;

function anotherUser(): string[] {
	return ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs"];
}

function works(program: string, args: readonly string[]): boolean {
	try {
		execFileSync(program, args, { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}
