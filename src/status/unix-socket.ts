import { constants } from "node:fs";
import { chmod, lstat, open, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { errorCode } from "../kernel/mod.ts";
import { cannotListen, reasonOf } from "./errors.ts";

const OWNER_ALONE = 0o600;

/**
 * Removes the socket that an agent which was killed has left behind: nothing else, and not while somebody answers.
 *
 * @throws AgentError `E_LISTEN` when something else stands at the path, or another process listens there
 */
export async function makeWay(path: string): Promise<void> {
	const there = await lstat(path).catch(() => undefined);
	if (there === undefined) {
		// To listen in a folder that is not there fails as if this user might not (libuv, uv_pipe_bind).
		await lstat(dirname(path)).catch((error: unknown) => {
			throw cannotListen(`unix:${path}`, reasonOf(error));
		});
		return;
	}
	if (!there.isSocket()) throw cannotListen(`unix:${path}`, "something that is no socket stands there");
	const outcome = await knock(path);
	if (outcome === "answered") throw cannotListen(`unix:${path}`, "another process answers there");
	if (outcome === "ECONNREFUSED") await unlink(path).catch(() => undefined);
	else if (outcome !== "ENOENT") throw cannotListen(`unix:${path}`, `it cannot be tried (${outcome})`);
}

/** Linux: a handle on a place, for which nothing of it has to be readable (open(2)). Node does not name it. */
const O_PATH = 0o10000000;

/**
 * Gives the socket to its owner alone. By a handle, where open files have names: nobody puts a link to something else
 * there meanwhile.
 *
 * @throws AgentError `E_LISTEN` when something else stands there by now
 */
export async function keepToOwner(path: string): Promise<void> {
	const stat = await lstat("/proc/self/fd").catch(() => undefined);
	if (stat === undefined) return await chmod(path, OWNER_ALONE);
	await using handle = await open(path, O_PATH | constants.O_NOFOLLOW);
	const isSocket = (await handle.stat()).isSocket();
	if (!isSocket) throw cannotListen(`unix:${path}`, "something else has been put in its place");
	await chmod(`/proc/self/fd/${handle.fd}`, OWNER_ALONE);
}

/** @returns `answered`, or the code of the error */
function knock(path: string): Promise<string> {
	return new Promise((resolve) => {
		const socket = connect(path);
		socket.once("connect", () => {
			socket.destroy();
			resolve("answered");
		});
		socket.once("error", (error) => resolve(errorCode(error) ?? "no code"));
	});
}
