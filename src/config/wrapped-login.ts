import type { Context } from "./context.ts";
import type { Path } from "./place.ts";
import type { FileConfig } from "./schema/file.ts";

const NOT_HELD = "with auto_auth.wrap_ttl the agent does not hold the token";

/** A login whose token comes wrapped gives the agent nothing to work with: the token is for who opens the sink. */
export function refuseWrapped(file: FileConfig, context: Context): void {
	const { auto_auth: auth, templates, env, env_from: from, exec, handover } = file;
	if (auth?.wrap_ttl === undefined) return;
	const refuse = (path: Path, message: string) =>
		context.problems.push({ place: context.places.of(path), message });
	const [sink, ...others] = auth.sinks;
	if (auth.method === "token") {
		const message = "auto_auth.wrap_ttl: method token makes no token; use wrap_ttl of the sink";
		refuse(["auto_auth", "wrap_ttl"], message);
	}
	if (sink === undefined || others.length > 0) {
		const message = `auto_auth.wrap_ttl: expected exactly one sink for the wrapping, found ${auth.sinks.length}`;
		refuse(["auto_auth", "wrap_ttl"], message);
	}
	if (sink?.wrap_ttl !== undefined) {
		const message = "auto_auth.sinks[0].wrap_ttl: auto_auth.wrap_ttl wraps already; keep one of them";
		refuse(["auto_auth", "sinks", 0, "wrap_ttl"], message);
	}
	if (auth.revoke_on_shutdown)
		refuse(["auto_auth", "revoke_on_shutdown"], `auto_auth.revoke_on_shutdown: ${NOT_HELD}`);
	if (handover !== undefined) refuse(["handover"], `handover: ${NOT_HELD}`);
	if (templates.length > 0) refuse(["templates"], `templates: ${NOT_HELD}, so it can read nothing for them`);
	if (Object.keys(env).length > 0) refuse(["env"], `env: ${NOT_HELD}, so it can read nothing for it`);
	if (from.length > 0) refuse(["env_from"], `env_from: ${NOT_HELD}, so it can read nothing for it`);
	if (exec !== undefined) refuse(["exec"], `exec: ${NOT_HELD}, so it has nothing for a child`);
}
