import { Draft } from "../draft.ts";
import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { sayPublic, template } from "../stanzas/template.ts";
import { flag, word } from "../stanzas/values.ts";
import type { AgentConfig } from "./agent-config.ts";
import { autoAuth } from "./auto-auth.ts";
import { connections } from "./connections.ts";
import { envTemplates } from "./env-template.ts";
import { exec } from "./exec.ts";
import { listeners } from "./listener.ts";
import { log } from "./log.ts";
import { apiProxy, cache } from "./proxy.ts";
import { checkRules } from "./rules.ts";
import { serverKeys } from "./server-keys.ts";
import { server } from "./server.ts";
import { telemetry } from "./telemetry.ts";
import { templateConfig } from "./template-config.ts";

/**
 * Reads all of a config, stanza by stanza, checks what they have to do with one another, and writes it in native keys.
 *
 * @param files each for itself
 */
export function write(top: Stanza, mapping: Mapping, files: readonly Stanza[]): void {
	const { draft, findings } = mapping;
	const near = server(top, mapping);
	const login = autoAuth(top, near, mapping);
	const rendered = login?.isWrapped === true ? { ...mapping, draft: new Draft() } : mapping;
	const config: AgentConfig = {
		origin: top.place,
		autoAuth: login,
		templates: top.blocks("template").map((stanza, index) => template(stanza, index, rendered)),
		envTemplates: envTemplates(top, rendered),
		exec: exec(top, rendered),
		listeners: listeners(top, mapping),
		apiProxy: apiProxy(top, mapping),
		cache: cache(top, mapping),
	};
	templateConfig(top, { server: near, autoAuth: login }, mapping);
	const hasOwnListener = config.listeners.some(({ isOwn }) => isOwn);
	telemetry(top, hasOwnListener, mapping);
	log(top, mapping);
	connections(top, mapping);
	serverKeys(top, mapping);
	draft.put(["pid_file"], word(top, "pid_file", mapping));
	writeEnd(files, config, mapping);
	top.ignore("exit_after_auth");
	top.done();
	checkRules(config, findings);
	sayUnread(config, mapping);
	sayPublic(config.templates, mapping);
}

/** One file that says so is enough. Vault Agent then waits for as long as it takes, also where a flag says so. */
function writeEnd(files: readonly Stanza[], { exec: child }: AgentConfig, mapping: Mapping): void {
	const { draft, findings } = mapping;
	draft.set(["timeout"], "0s", "");
	const said = files.map((file) => flag(file, "exit_after_auth", mapping));
	const end = said.find((given) => given?.value === true);
	if (child === undefined) draft.put(["exit_after_auth"], end);
	else if (end !== undefined) findings.miss(end.place, LEAVES_CHILD);
}

const LEAVES_CHILD =
	"exit_after_auth would end the agent before the child of exec starts; leave one of them out";

/** What asks for secrets with a token that the agent does not hold. */
function sayUnread(
	{ autoAuth: login, templates, envTemplates: variables }: AgentConfig,
	mapping: Mapping,
): void {
	if (login?.isWrapped !== true) return;
	for (const { place } of [...templates, ...variables])
		mapping.findings.miss(place, "nothing can be read for it: auto_auth.method has its token wrapped");
}
