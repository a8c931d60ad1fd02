import type { SideFile } from "./function.ts";
import { GoFault } from "../values/fault.ts";

/** The arguments of `writeToFile`: path, user, group, permissions in octal digits, flags where there are any, text. */
export function sideFileOf(args: readonly string[]): SideFile {
	const [path = "", user = "", group = "", permissions = "", ...more] = args;
	const [text = "", flags = ""] = more.toReversed();
	if (more.length < 1 || more.length > 2) {
		throw new GoFault(
			"writeToFile takes a path, a user, a group, permissions, flags if any, and the text to write",
		);
	}
	if (path === "" || path.includes("\0")) throw new GoFault("writeToFile: the path is empty, or holds a NUL");
	return {
		path,
		text: flags.includes("newline") ? `${text}\n` : text,
		...(user !== "" && { user }),
		...(group !== "" && { group }),
		mode: modeOf(permissions),
		isAppended: flags.includes("append"),
	};
}

function modeOf(permissions: string): number {
	if (/^[0-7]{1,11}$/.test(permissions)) return Number.parseInt(permissions, 8) & 0o777;
	throw new GoFault("writeToFile: the permissions are not octal digits, such as 0600");
}
