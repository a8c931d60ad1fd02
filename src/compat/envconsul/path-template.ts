import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { filled } from "../stanzas/values.ts";

const ACTION = /\{\{-?\s*env\s+["`](?<name>[^"`]*)["`]\s*-?\}\}/g;

/** The path of a secret, in which `{{ env "STAGE" }}` stands for a variable; one that is not set is refused. */
export function pathOf(stanza: Stanza, { env, findings }: Mapping): Given<string> | undefined {
	const given = filled(stanza.text("path"));
	if (given === undefined) {
		if (!stanza.has("path")) stanza.refuse("lacks path");
		return undefined;
	}
	const lacking: string[] = [];
	const rest = given.value.replaceAll(ACTION, "");
	const value = given.value.replaceAll(ACTION, (_, name: string) => {
		if (env[name] === undefined) lacking.push(`variable ${name} is not set`);
		return env[name] ?? "";
	});
	if (/\{\{|\}\}/.test(rest)) lacking.push('only {{ env "NAME" }} is understood in a path');
	for (const message of lacking) findings.refuse(given.place, `${given.name}: ${message}`);
	return lacking.length > 0 ? undefined : { ...given, value };
}
