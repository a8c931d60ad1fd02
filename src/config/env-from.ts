import type { EnvFromConfig } from "./config.ts";
import { paceOf } from "./pace.ts";
import { trimSlashes } from "./reference.ts";
import type { FileEnvFrom } from "./schema/env-from.ts";

/** The secrets whose fields become variables, in the order of the file. */
export function envFrom(file: readonly FileEnvFrom[]): EnvFromConfig[] {
	return file.map(({ secret, fields, poll_interval, max_age, ...others }) => ({
		secret: trimSlashes(secret),
		...others,
		...(fields && {
			fields: fields.map(({ field, name }) => ({ field, ...(name !== undefined && { name }) })),
		}),
		...paceOf({ poll_interval, max_age }),
	}));
}
