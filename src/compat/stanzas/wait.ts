import type { Given, Stanza } from "../hcl/decode.ts";
import { takeDuration } from "../hcl/scalar.ts";
import type { Mapping } from "../mapping.ts";
import { flag, lengthOf } from "./values.ts";

interface Wait {
	readonly min: string;
	readonly max?: string;
}

/** `wait = "2s:10s"`, or `wait { min = "2s" max = "10s" }`; nothing for no wait at all. */
export function waitOf(stanza: Stanza, mapping: Mapping): Given<Wait> | undefined {
	const given = stanza.kind("wait") === "text" ? fromText(stanza, mapping) : fromBlock(stanza, mapping);
	return given === undefined || lengthOf({ ...given, value: given.value.min }) === 0 ? undefined : given;
}

function fromText(stanza: Stanza, { findings }: Mapping): Given<Wait> | undefined {
	const given = stanza.text("wait");
	if (given === undefined) return undefined;
	const parts = given.value.split(":").map((text) => durationOf(text));
	const [min, max = min] = parts;
	if (min === undefined || max === undefined || parts.length > 2) {
		findings.refuse(given.place, `${given.name}: expected "2s", or "2s:10s"`);
		return undefined;
	}
	if (lengthOf({ ...given, value: max }) < lengthOf({ ...given, value: min })) {
		findings.refuse(given.place, `${given.name}: the first of the two is the shorter one`);
		return undefined;
	}
	return { ...given, value: { min, ...(parts.length > 1 && { max }) } };
}

function durationOf(text: string): string | undefined {
	const taken = takeDuration({ kind: "text", text, place: { line: 0, column: 0 } }, "nanoseconds");
	return "value" in taken ? taken.value : undefined;
}

function fromBlock(stanza: Stanza, mapping: Mapping): Given<Wait> | undefined {
	const block = stanza.merged("wait");
	if (block === undefined) return undefined;
	const min = block.duration("min", "nanoseconds");
	const max = block.duration("max", "nanoseconds");
	flag(block, "bool", mapping); // what others call enabled is called so there, and does nothing
	block.done("refuse");
	if (min === undefined) return undefined;
	const isShort = max !== undefined && lengthOf(max) < lengthOf(min);
	if (isShort) mapping.findings.warn(max.place, `${max.name} is shorter than min, which counts in its place`);
	return {
		value: { min: min.value, ...(max !== undefined && { max: isShort ? min.value : max.value }) },
		place: block.place,
		name: block.name,
	};
}
