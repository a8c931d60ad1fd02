import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { word } from "../stanzas/values.ts";

/** Keys of the server's config, which Vault Agent reads with the same code and makes nothing of. */
export function serverKeys(top: Stanza, mapping: Mapping): void {
	for (const key of ["seal", "hsm", "kms", "user_lockout"]) top.labelled(key, []);
	word(top, "cluster_name", mapping);
	top.duration("default_max_request_duration");
	const mlock = top.bool("disable_mlock");
	if (mlock?.value === false)
		mapping.findings.refuse(
			mlock.place,
			"disable_mlock: memory is not locked; leave it out, and switch swap off or encrypt it",
		);
}
