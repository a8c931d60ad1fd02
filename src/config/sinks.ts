import type { SinkConfig, SinkEncryption } from "./login-config.ts";
import { compact, type Context, milliseconds } from "./context.ts";
import type { FileConfig } from "./schema/file.ts";

type AutoAuth = NonNullable<FileConfig["auto_auth"]>;
type Sink = AutoAuth["sinks"][number];

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
			reuse: sink.reuse,
			user: sink.user === undefined ? undefined : String(sink.user),
			group: sink.group === undefined ? undefined : String(sink.group),
			wrapTtlMs: sink.wrap_ttl === undefined ? undefined : milliseconds(sink.wrap_ttl),
			encryption: encryption(sink, index, context),
		});
	});
}

/** For whom the sink is, when that is one reader alone. */
function encryption(sink: Sink, index: number, context: Context): SinkEncryption | undefined {
	const { dh_type: type, dh_path: path, derive_key: isDerived, aad } = sink;
	const at = `auto_auth.sinks[${index}]`;
	const report = (key: string, message: string) =>
		context.problems.push({ place: context.places.of(["auto_auth", "sinks", index, key]), message });
	if (type !== undefined && path !== undefined)
		return { readerKeyPath: context.resolve(path), isDerived, aad: aad ?? "" };
	if (type !== undefined) report("dh_type", `${at}.dh_type lacks dh_path, the file with the reader's key`);
	else if (path !== undefined) report("dh_path", `${at}.dh_path goes with dh_type: curve25519`);
	else if (isDerived) report("derive_key", `${at}.derive_key goes with dh_type and dh_path`);
	else if (aad !== undefined) report("aad", `${at}.aad goes with dh_type and dh_path`);
	return undefined;
}
