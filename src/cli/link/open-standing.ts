import type { Unit } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import type { StandingCertificates, StandingParts } from "./standing-certificates.ts";

interface Standing {
	readonly config: Config;
	readonly units: readonly Unit[];
}

/** Loaded where a template asks for a certificate. One on loan is dead where the run before has revoked its token. */
export async function openStanding(
	{ config, units }: Standing,
	parts: StandingParts,
): Promise<StandingCertificates | undefined> {
	const isAsked = units.some(({ template }) => template.discover().certificates?.length);
	if (!isAsked || config.auth?.revokeOnShutdown === true) return undefined;
	const { StandingCertificates } = await import("./standing-certificates.ts");
	return new StandingCertificates(units, parts);
}
