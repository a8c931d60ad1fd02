/** `in:out:command`, as consul-template takes it: the command may hold colons. */
export function templateOf(text: string): object | undefined {
	const [source, destination, ...command] = text.split(":");
	if (!source?.trim() || !destination?.trim()) return undefined;
	return { source, destination, ...(command.length > 0 && { command: command.join(":") }) };
}

/** What is wrong with one that cannot be read. */
export function templateFault(text: string): string {
	const [source] = text.split(":");
	const missing = source?.trim() ? "the destination" : "the template's file";
	return `${missing} is missing; expected in:out, or in:out:command`;
}

/** `min:max`, or `min` alone, which may grow four times. */
export function waitOf(text: string): object | undefined {
	const [min = "", max, ...more] = text.trim().split(":");
	const isRead = [min, max ?? "0"].every((part) => /^(\d+(\.\d+)?(ms|s|m|h))+$|^0$/.test(part.trim()));
	if (!isRead || more.length > 0) return undefined;
	return { min: min.trim(), ...(max !== undefined && { max: max.trim() }) };
}

/** `user:password`, or a user alone. */
export function userOf(text: string): object {
	const at = text.indexOf(":");
	return at < 0 ? { username: text } : { username: text.slice(0, at), password: text.slice(at + 1) };
}
