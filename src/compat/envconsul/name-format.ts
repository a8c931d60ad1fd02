import type { Given } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";

const ACTION = /\{\{-?\s*(?<body>[^{}]*?)\s*-?\}\}/g;

/**
 * What a `format` such as `app_{{ key }}` makes of a name. Nothing but `key` is understood: envconsul knows one more
 * function, `replaceKey`, which gives one field another name, and `key` blocks do that better.
 *
 * @param key the name, or what stands for any
 */
export function nameOf(format: Given<string>, key: string, { findings }: Mapping): string | undefined {
	const actions = [...format.value.matchAll(ACTION)].map(({ groups = {} }) => groups["body"]);
	const rest = format.value.replaceAll(ACTION, "");
	if (/\{\{|\}\}/.test(rest)) {
		findings.refuse(
			format.place,
			`${format.name}: expected {{ key }} for the name of the field, and text around it`,
		);
		return undefined;
	}
	if (actions.some((body) => body !== "key")) {
		findings.miss(
			format.place,
			`${format.name}: only {{ key }} is understood in it; name single fields with key { name = … format = … }`,
		);
		return undefined;
	}
	return format.value.replaceAll(ACTION, () => key);
}
