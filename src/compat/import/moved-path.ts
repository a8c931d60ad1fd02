import { isAbsolute, resolve } from "node:path";

/** Where settings hold the path of a file; `*` stands for any step. */
const FILES: ReadonlySet<string> = new Set([
	"auto_auth.config.ca_cert",
	"auto_auth.config.client_cert",
	"auto_auth.config.client_key",
	"auto_auth.config.path",
	"auto_auth.config.role_id_file_path",
	"auto_auth.config.secret_id_file_path",
	"auto_auth.config.token_file_path",
	"auto_auth.config.token_path",
	"auto_auth.sinks.*.dh_path",
	"auto_auth.sinks.*.path",
	"env.*.source",
	"listener.tls.cert",
	"listener.tls.key",
	"log.file",
	"pid_file",
	"templates.*.destination",
	"templates.*.sandbox_path",
	"templates.*.source",
	"vault.ca_cert",
	"vault.ca_path",
	"vault.client_cert",
	"vault.client_key",
]);

const SOCKET = "unix:";

/**
 * A value as a config in another folder has to say it: a relative path counts from there.
 *
 * @param way to the value, with `*` for the index of a list and the name of a variable
 * @param cwd absolute; where the path has counted from
 */
export function movedPath(value: string, way: string, cwd: string): string {
	if (way === "listener.address" && value.startsWith(SOCKET))
		return `${SOCKET}${resolve(cwd, value.slice(SOCKET.length))}`;
	return FILES.has(way) && !isAbsolute(value) ? withEnd(resolve(cwd, value), value) : value;
}

/** A slash at the end says that it is a folder. */
function withEnd(path: string, written: string): string {
	return written.endsWith("/") ? `${path}/` : path;
}
