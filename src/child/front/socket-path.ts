import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { errorCode } from "../../kernel/mod.ts";
import { cannotListen, reasonOf } from "./listen-error.ts";

/**
 * Removes the socket that a front whose process was killed has left behind: nothing else, and not while somebody
 * answers there.
 *
 * @throws AgentError `E_FRONT_LISTEN` when the path is not ours to use
 */
export async function clearSocketPath(path: string): Promise<void> {
	const refuse = (reason: string) => cannotListen({ kind: "unix", path }, reason);
	const there = await lstat(path).catch(() => undefined);
	if (there === undefined) {
		// To listen in a folder that is not there fails as if this user might not (libuv, uv_pipe_bind).
		await lstat(dirname(path)).catch((error: unknown) => {
			throw refuse(reasonOf(error));
		});
		return;
	}
	if (!there.isSocket()) throw refuse("something that is no socket stands there");
	const outcome = await knock(path);
	if (outcome === "answered") throw refuse("another process answers there");
	if (outcome === "ECONNREFUSED") await unlink(path).catch(() => undefined);
	else if (outcome !== "ENOENT") throw refuse(`it cannot be tried (${outcome})`);
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
