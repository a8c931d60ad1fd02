import { type LogFields, printableLines, type Redactor } from "../kernel/mod.ts";

/** A text without any live secret, nor what a terminal would act upon that shows it. */
export function cleanText(text: string, redactor: Redactor): string {
	return printableLines(redactor.clean(text));
}

/** The fields so, however deep a text stands. */
export function cleanFields(fields: LogFields, redactor: Redactor): LogFields {
	return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, clean(value, redactor)]));
}

function clean(value: unknown, redactor: Redactor): unknown {
	if (typeof value === "string") return cleanText(value, redactor);
	if (Array.isArray(value)) return value.map((item) => clean(item, redactor));
	if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item, redactor)]));
	}
	return value;
}
