import type { Template } from "../stanzas/template.ts";
import type { AutoAuth } from "./auto-auth.ts";
import type { EnvTemplate } from "./env-template.ts";
import type { Exec } from "./exec.ts";
import type { Listener } from "./listener.ts";
import type { Proxy } from "./proxy.ts";

/** What the stanzas have to know of one another. */
export interface AgentConfig {
	/** The files' place, for what is nowhere. */
	readonly origin: string;
	readonly autoAuth: AutoAuth | undefined;
	readonly templates: readonly Template[];
	readonly envTemplates: readonly EnvTemplate[];
	readonly exec: Exec | undefined;
	readonly listeners: readonly Listener[];
	readonly apiProxy: Proxy | undefined;
	readonly cache: Proxy | undefined;
}
