import { isIP } from "node:net";
import { ApiError } from "../api-error.ts";
import type { Fields } from "../fields.ts";
import { matchesGlob } from "../glob.ts";
import type { PkiRole } from "./pki-role.ts";

const HOSTNAME = /^(\*\.)?([\p{L}\d_]([\p{L}\d_-]*[\p{L}\d_])?\.)*[\p{L}\d_]([\p{L}\d_-]*[\p{L}\d_])?\.?$/u;

export interface RequestedNames {
	readonly commonName: string;
	/** Host names and IP addresses. */
	readonly names: readonly string[];
}

/** What the certificate is to be for. @throws ApiError 400 for what the role does not allow */
export function readNames(fields: Fields, role: PkiRole): RequestedNames {
	const commonName = fields.text("common_name") ?? "";
	if (commonName === "" && role.require_cn) {
		throw new ApiError(
			400,
			'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, unless "require_cn" is set to false',
		);
	}
	const others = fields.list("alt_names") ?? [];
	const addresses = fields.list("ip_sans") ?? [];
	if (addresses.length > 0 && !role.allow_ip_sans) {
		throw new ApiError(
			400,
			"IP Subject Alternative Names are not allowed in this role, but was provided via the API",
		);
	}
	const odd = addresses.find((address) => isIP(address) === 0 || address.includes("%"));
	if (odd !== undefined) throw new ApiError(400, `the value "${odd}" is not a valid IP address`);
	if (commonName !== "" && !isAllowed(commonName, role)) {
		throw new ApiError(400, `common name ${commonName} not allowed by this role`);
	}
	const refused = others.find((name) => !isAllowed(name, role));
	if (refused !== undefined) {
		throw new ApiError(400, `subject alternate name ${refused} not allowed by this role`);
	}
	const isName = commonName !== "" && HOSTNAME.test(commonName) && !fields.flag("exclude_cn_from_sans");
	return { commonName, names: [...new Set([...(isName ? [commonName] : []), ...others]), ...addresses] };
}

/** https://developer.hashicorp.com/vault/api-docs/secret/pki#allowed_domains */
function isAllowed(name: string, role: PkiRole): boolean {
	const isWildcard = name.startsWith("*.");
	if (isWildcard && !role.allow_wildcard_certificates) return false;
	if (role.enforce_hostnames && !HOSTNAME.test(name)) return false;
	if (role.allow_any_name) return true;
	if (role.allow_localhost && ["localhost", "localdomain"].includes(name)) return true;
	const base = isWildcard ? name.slice(2) : name;
	return role.allowed_domains.some((domain) => {
		if (role.allow_bare_domains && name === domain) return true;
		if (role.allow_subdomains && (base.endsWith(`.${domain}`) || (isWildcard && base === domain)))
			return true;
		return role.allow_glob_domains && matchesGlob(domain, name);
	});
}
