import type { RefusedFunctions } from "./function.ts";

const CONSUL =
	"byKey byMeta byPort byTag caLeaf caRoots connect datacenters explode exportedServices importedServices key keyExists keyOrDefault ls node nodes partitions peerings safeLs safeTree service services tree";
const NOMAD = "nomadService nomadServices nomadVar nomadVarExists nomadVarList nomadVarListSafe";
const SPEW = "spew_dump spew_printf spew_sdump spew_sprintf";

/** Functions of consul-template that are not there, and why. */
export const REFUSED_FUNCTIONS: RefusedFunctions = new Map([
	["plugin", "it runs a program for each render, which could do anything with the secrets that it is given"],
	...all(CONSUL, "it reads Consul, and secrets come from Vault or OpenBao here"),
	...all(NOMAD, "it reads Nomad, and secrets come from Vault or OpenBao here"),
	...all(SPEW, "it prints values with all that is in them, and with it secrets"),
]);

function all(names: string, reason: string): (readonly [string, string])[] {
	return names.split(" ").map((name) => [name, reason] as const);
}
