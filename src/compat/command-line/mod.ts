export { DEFAULT_ADDRESS } from "../defaults.ts";
export { AGENT_FLAGS } from "./agent-flags.ts";
export { CONSUL_TEMPLATE_FLAGS } from "./consul-template-flags.ts";
export { ENVCONSUL_FLAGS, envconsulSettings } from "./envconsul-flags.ts";
export { allOf, type FlagSaid, isOn, lastOf, nativeSettings, saidByFlags } from "./flag-settings.ts";
export { helpPage } from "./help.ts";
export { parseFlags, usage } from "./parse-flags.ts";
export { REVOKE_FLAGS } from "./revoke-flags.ts";
