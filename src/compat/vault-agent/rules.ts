import type { Findings } from "../findings.ts";
import type { AgentConfig } from "./agent-config.ts";

/** What Vault Agent refuses of stanzas that are right each for itself. */
export function checkRules(config: AgentConfig, findings: Findings): void {
	checkCache(config, findings);
	checkProxy(config, findings);
	checkUse(config, findings);
	checkChild(config, findings);
	checkDestinations(config, findings);
}

function checkCache({ cache, apiProxy, autoAuth, ...others }: AgentConfig, findings: Findings): void {
	if (cache === undefined) return;
	const { listeners, templates, envTemplates } = others;
	if (apiProxy?.token !== undefined && cache.token !== undefined) {
		findings.refuse(
			cache.token.place,
			"use_auto_auth_token stands in api_proxy and in cache; leave it out here",
		);
	}
	if (listeners.length + templates.length + envTemplates.length === 0)
		findings.refuse(cache.place, "cache needs at least one template or one listener");
	if (cache.token?.isOn !== true) return;
	if (listeners.length === 0)
		findings.refuse(cache.token.place, "cache.use_auto_auth_token needs at least one listener");
	if (envTemplates.length > 0)
		findings.refuse(cache.token.place, "cache.use_auto_auth_token cannot go with env_template");
	if (autoAuth === undefined) findings.refuse(cache.token.place, `cache.${NO_LOGIN}`);
	else if (autoAuth.isWrapped) findings.refuse(cache.token.place, `cache.${WRAPPED}`);
}

const NO_LOGIN = "use_auto_auth_token is true, and there is no auto_auth to get a token from";
const WRAPPED = "use_auto_auth_token is true, and auto_auth.method has its token wrapped";

function checkProxy({ apiProxy, listeners, autoAuth }: AgentConfig, findings: Findings): void {
	if (apiProxy === undefined) return;
	if (listeners.length === 0) findings.refuse(apiProxy.place, "api_proxy needs at least one listener");
	if (apiProxy.token?.isOn !== true) return;
	if (autoAuth === undefined) findings.refuse(apiProxy.token.place, `api_proxy.${NO_LOGIN}`);
	else if (autoAuth.isWrapped) findings.refuse(apiProxy.token.place, `api_proxy.${WRAPPED}`);
}

/** A login is for something, and without one there is a listener or a cache. */
function checkUse({ autoAuth, cache, apiProxy, ...others }: AgentConfig, findings: Findings): void {
	const { listeners, templates, envTemplates, origin } = others;
	if (autoAuth === undefined) {
		if (cache === undefined && listeners.length === 0)
			findings.refuse(origin, "found none of auto_auth, cache and listener; at least one of them is needed");
		return;
	}
	const isForProxy =
		apiProxy?.token?.isOn === true || (apiProxy === undefined && cache?.token?.isOn === true);
	if (isForProxy || autoAuth.sinks + templates.length + envTemplates.length > 0) return;
	findings.refuse(
		autoAuth.place,
		"nothing uses the token of auto_auth; add a sink, a template, an env_template with exec, or api_proxy with use_auto_auth_token = true",
	);
}

function checkChild({ exec, envTemplates, templates, apiProxy }: AgentConfig, findings: Findings): void {
	const [first] = envTemplates;
	if (exec === undefined) {
		if (first !== undefined)
			findings.refuse(first.place, "env_template needs a child to give the variable to: add exec");
		return;
	}
	if (first === undefined)
		return findings.refuse(
			exec.place,
			"exec needs at least one env_template; without one nothing is given to the child",
		);
	if (apiProxy !== undefined) findings.refuse(apiProxy.place, "api_proxy cannot go with env_template");
	for (const { place } of templates) findings.refuse(place, "template cannot go with env_template and exec");
	const names = new Set<string>();
	for (const { name, place } of envTemplates) {
		if (name !== "" && names.has(name))
			findings.refuse(place, `env_template "${name}" is there already; each variable has one`);
		names.add(name);
	}
}

function checkDestinations({ templates }: AgentConfig, findings: Findings): void {
	const seen = new Set<string>();
	for (const { destination } of templates) {
		if (destination === undefined) continue;
		const { value, place, name } = destination;
		if (seen.has(value)) findings.refuse(place, `${name}: another template writes this file`);
		seen.add(value);
	}
}
