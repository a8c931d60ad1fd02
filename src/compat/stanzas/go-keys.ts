import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { commaList, filled, flag, isMissing, quoted } from "./values.ts";

/** Native keys by their names. */
export type NativeKeys = Readonly<Record<string, Given<unknown>>>;

/** The template's text and how it is read: what files and variables have in common, in native keys. */
export function goKeys(stanza: Stanza, mapping: Mapping): NativeKeys {
	const own = <T>(value: T): Given<T> => ({ value, place: stanza.place, name: stanza.name });
	const written = {
		source: quoted(stanza, "source", mapping),
		contents: quoted(stanza, "contents", mapping),
	};
	const [source, contents] = [filled(written.source), filled(written.contents)];
	if (isMissing(written.source, stanza, "source") && isMissing(written.contents, stanza, "contents"))
		stanza.refuse("lacks source or contents");
	if (source !== undefined && contents !== undefined)
		mapping.findings.refuse(contents.place, `${stanza.name} holds source and contents; keep one of them`);
	const left = filled(quoted(stanza, "left_delimiter", mapping));
	const right = filled(quoted(stanza, "right_delimiter", mapping));
	const isFatal = flag(stanza, "error_fatal", mapping);
	return {
		language: own("go"),
		...(source && { source }),
		...(contents && { contents }),
		...(left && { left_delimiter: left }),
		...(right && { right_delimiter: right }),
		error_on_missing_key: flag(stanza, "error_on_missing_key", mapping) ?? own(false),
		...denied(stanza, mapping),
		...(isFatal && { required: isFatal }),
		allow_empty: own(true),
	};
}

function denied(stanza: Stanza, mapping: Mapping): NativeKeys {
	const [given, older] = [
		commaList(stanza, "function_denylist", mapping),
		commaList(stanza, "function_blacklist", mapping),
	];
	const first = given ?? older;
	const value = [...(given?.value ?? []), ...(older?.value ?? [])];
	return first === undefined || value.length === 0 ? {} : { function_denylist: { ...first, value } };
}
