import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { word } from "../stanzas/values.ts";

/** Native keys of `listener.tls`. */
type Tls = Readonly<Record<string, Given<string>>>;

const ACME = [
	"tls_acme_cache_path",
	"tls_acme_ca_directory",
	"tls_acme_test_ca_directory",
	"tls_acme_ca_root",
	"tls_acme_eab_key_id",
	"tls_acme_eab_mac_key",
	"tls_acme_key_type",
	"tls_acme_email",
	"tls_acme_domains",
	"tls_acme_disable_http_challenge",
	"tls_acme_disable_alpn_challenge",
];

const FIXED = ["tls_max_version", "tls_min_version", "tls_cipher_suites"];

/** The certificate of a listener, which it needs unless `tls_disable` says otherwise. */
export function listenerTls(
	stanza: Stanza,
	{ isOwn, isSocket }: { readonly isOwn: boolean; readonly isSocket: boolean },
	mapping: Mapping,
): Tls {
	const { findings } = mapping;
	const isOff = stanza.bool("tls_disable")?.value === true;
	const cert = word(stanza, "tls_cert_file", mapping);
	const key = word(stanza, "tls_key_file", mapping);
	const fixed = FIXED.map((name) => word(stanza, name, mapping));
	const acme = ACME.filter((name) => stanza.has(name));
	const isRequired = clientCertificate(stanza, mapping);
	if (!isOwn || isOff) return {};
	for (const given of fixed) sayFixed(given, mapping);
	if (acme.length > 0) findings.miss(stanza.place, `${stanza.name}.${acme[0]}: ACME is not built yet`);
	else if (cert === undefined || key === undefined)
		stanza.refuse("lacks tls_cert_file and tls_key_file; without TLS write tls_disable = true");
	if (isRequired?.value === true)
		findings.miss(isRequired.place, `${isRequired.name}: metrics are answered without a certificate as well`);
	return { ...(cert && !isSocket && { cert }), ...(key && !isSocket && { key }) };
}

function sayFixed(given: Given<string> | undefined, { findings }: Mapping): void {
	if (given !== undefined)
		findings.warn(given.place, `${given.name} has no effect: TLS 1.2 and 1.3 are spoken`);
}

/**
 * Whether clients need a certificate. Of whom it has to be makes no difference: with a listener of our own it would let
 * them do more than read metrics.
 */
function clientCertificate(stanza: Stanza, mapping: Mapping): Given<boolean> | undefined {
	word(stanza, "tls_client_ca_file", mapping);
	stanza.bool("tls_disable_client_certs");
	return stanza.bool("tls_require_and_verify_client_cert");
}
