import { textsOf } from "./define.ts";
import { GoFault } from "../values/fault.ts";
import { type GoMethod, GoMap, GoSlice, GoStruct, type GoValue } from "../values/values.ts";

/**
 * A certificate with consul-template's names; each part ends with a newline, so that they can stand one after the other.
 *
 * @param issued what the path answered
 * @throws GoFault where it was no certificate
 */
export function certificateStruct(issued: GoStruct): GoStruct {
	const data = issued.fields.get("Data");
	const field = (name: string) => (data instanceof GoMap ? data.entries.get(name) : undefined);
	const certificate = pem(field("certificate"));
	if (certificate === "") throw new GoFault("the path gave no certificate: give one that issues them");
	const chain = field("ca_chain");
	const authorities = [field("issuing_ca"), ...(chain instanceof GoSlice ? chain.items : [])].map(pem);
	const distinct = new Set(authorities.filter((authority) => authority !== ""));
	const fields = new Map<string, GoValue>([
		["Cert", certificate],
		["Key", pem(field("private_key"))],
		["CA", [...distinct][0] ?? ""],
		["CAChain", textsOf([...distinct])],
	]);
	// `.Data.Cert` is the same as `.Cert`, so that templates for `secret` go on working.
	const methods = new Map<string, GoMethod>([["Data", { parameters: [], run: () => struct }]]);
	const struct: GoStruct = new GoStruct("dependency.PemEncoded", fields, methods);
	return struct;
}

function pem(value: GoValue): string {
	return typeof value === "string" && value !== "" ? `${value.trimEnd()}\n` : "";
}
