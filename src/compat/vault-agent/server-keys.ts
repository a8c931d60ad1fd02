import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "./mapping.ts";

/** Keys of the server's config, which Vault Agent reads with the same code and makes nothing of. */
export function serverKeys(top: Stanza, { findings }: Mapping): void {
	top.ignore("seal", "hsm", "kms", "user_lockout");
	top.text("cluster_name");
	top.duration("default_max_request_duration");
	const mlock = top.bool("disable_mlock");
	if (mlock?.value === false)
		findings.refuse(
			mlock.place,
			"disable_mlock: memory is not locked; leave it out, and switch swap off or encrypt it",
		);
}
