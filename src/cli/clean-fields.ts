import type { LogFields, Redactor } from "../kernel/mod.ts";

/** The fields without any live secret, however deep it stands. */
export function cleanFields(fields: LogFields, redactor: Redactor): LogFields {
	return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, clean(value, redactor)]));
}

function clean(value: unknown, redactor: Redactor): unknown {
	if (typeof value === "string") return redactor.clean(value);
	if (Array.isArray(value)) return value.map((item) => clean(item, redactor));
	if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item, redactor)]));
	}
	return value;
}
