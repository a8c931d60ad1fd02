import type { SinkConfig } from "./config.ts";
import { compact, type Context, milliseconds } from "./context.ts";
import type { FileConfig } from "./schema/file.ts";

type AutoAuth = NonNullable<FileConfig["auto_auth"]>;

/** Where the token is put after each login. */
export function sinks(file: AutoAuth, context: Context): readonly SinkConfig[] {
	const seen = new Set<string>();
	return file.sinks.map((sink, index) => {
		const path = context.resolve(sink.path);
		if (seen.has(path)) {
			const message = `auto_auth.sinks[${index}].path: another sink is this file`;
			context.problems.push({ place: context.places.of(["auto_auth", "sinks", index, "path"]), message });
		}
		seen.add(path);
		return compact({
			path,
			mode: Number.parseInt(sink.mode, 8),
			user: sink.user === undefined ? undefined : String(sink.user),
			group: sink.group === undefined ? undefined : String(sink.group),
			wrapTtlMs: sink.wrap_ttl === undefined ? undefined : milliseconds(sink.wrap_ttl),
		});
	});
}
