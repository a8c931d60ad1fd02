import { ApiError, listedError } from "../api-error.ts";
import type { Engine, EngineContext, EngineRequest, Reply } from "../engine.ts";
import { listOf } from "../engines/listing.ts";
import { rfc3339 } from "../go-time.ts";
import { type Route, type RouteCall, route } from "../routes.ts";
import type { Authority } from "../x509/authority.ts";
import { issue } from "./issue.ts";
import { describePkiRole, type PkiRole, readPkiRole } from "./pki-role.ts";
import { generateRoot } from "./root.ts";

interface StoredCertificate {
	/** PEM. */
	readonly certificate: string;
	/** ms */
	revokedAt?: number;
}

const PEM_TYPE = "application/pem-certificate-chain";

/** A CA per mount (https://developer.hashicorp.com/vault/api-docs/secret/pki); CSRs, CRLs, further issuers and leases are not built. */
export class PkiEngine implements Engine {
	readonly #roles = new Map<string, PkiRole>();
	readonly #certificates = new Map<string, StoredCertificate>();
	#ca: Authority | undefined;
	#issuerId = "";
	#issuerUrls: string[] = [];

	readonly #routes: readonly Route[] = [
		{ pattern: /^issue\/(?<role>[^/]+)$/, on: { update: (call) => this.#issue(call) } },
		{ pattern: /^root\/generate\/(?<kind>[^/]+)$/, on: { update: (call) => this.#generate(call) } },
		{ pattern: /^config\/urls$/, on: { read: () => this.#urls(), update: (call) => this.#writeUrls(call) } },
		{ pattern: /^roles\/$/, on: listOf(this.#roles) },
		{
			pattern: /^roles\/(?<role>[^/]+)$/,
			on: {
				read: ({ params }) => this.#describe(params["role"]),
				update: (call) => this.#writeRole(call),
				delete: ({ params }) => void this.#roles.delete(params["role"] ?? ""),
			},
		},
		{ pattern: /^certs\/$/, on: listOf(this.#certificates) },
		{ pattern: /^(ca\/pem|ca_chain)$/, on: { read: () => this.#caText() } },
		{ pattern: /^cert\/(ca|ca_chain)$/, on: { read: () => this.#readCa() } },
		{
			pattern: /^cert\/(?<serial>[\da-fA-F]+([:-][\da-fA-F]+)*)$/,
			on: { read: (call) => this.#readCertificate(call) },
		},
		{ pattern: /^revoke$/, on: { update: (call) => this.#revoke(call) } },
	];

	isOpen(path: string): boolean {
		return /^(ca\/pem|ca_chain|cert\/.+)$/.test(path);
	}

	handle(request: EngineRequest, context: EngineContext): Reply | undefined {
		return route(this.#routes, request, context);
	}

	#issue({ request, context, params }: RouteCall): Reply {
		const role = this.#roles.get(params["role"] ?? "");
		if (!role) throw new ApiError(400, `unknown role: ${params["role"] ?? ""}`);
		if (!this.#ca) {
			throw listedError(
				500,
				"could not fetch the CA certificate (was one set?): no default issuer currently configured",
			);
		}
		const terms = { ca: this.#ca, role, issuerUrls: this.#issuerUrls };
		const { serial, certificate, data, warnings } = issue(request.fields, terms, context.core);
		this.#certificates.set(serial, { certificate });
		return { data, warnings };
	}

	/** The first CA stays the one that issues, whatever comes after it. */
	#generate({ request, context, params }: RouteCall): Reply {
		const { ids } = context.core;
		const root = generateRoot(request.fields, params["kind"] ?? "", context.core);
		const issuerId = ids.uuid();
		this.#certificates.set(root.serial, { certificate: root.authority.certificate });
		if (!this.#ca) [this.#ca, this.#issuerId] = [root.authority, issuerId];
		const data = { ...root.data, issuer_id: issuerId, key_id: ids.uuid(), key_name: "" };
		return { data, warnings: [...root.warnings, ...(this.#issuerUrls.length > 0 ? [] : [NO_URLS])] };
	}

	#urls(): Reply {
		return {
			data: {
				crl_distribution_points: [],
				delta_crl_distribution_points: [],
				enable_templating: false,
				issuing_certificates: this.#issuerUrls,
				ocsp_servers: [],
			},
		};
	}

	#writeUrls({ request }: RouteCall): Reply {
		this.#issuerUrls = request.fields.list("issuing_certificates") ?? this.#issuerUrls;
		return this.#urls();
	}

	#describe(name = "", warnings: readonly string[] = []): Reply | undefined {
		const role = this.#roles.get(name);
		return role && { data: describePkiRole(role), warnings };
	}

	#writeRole({ request, params }: RouteCall): Reply | undefined {
		const name = params["role"] ?? "";
		if (request.fields.flag("generate_lease")) throw new ApiError(400, "generate_lease is not built in here");
		this.#roles.set(name, readPkiRole(request.fields));
		return this.#describe(name, this.#ca ? [] : [NO_ISSUER]);
	}

	#caText(): Reply {
		return this.#ca ? { text: { type: PEM_TYPE, content: this.#ca.certificate.trimEnd() } } : {};
	}

	#readCa(): Reply {
		if (!this.#ca) throw new ApiError(400, "no default issuer currently configured");
		return {
			data: { certificate: this.#ca.certificate.trimEnd(), revocation_time: 0, revocation_time_rfc3339: "" },
		};
	}

	#readCertificate({ params }: RouteCall): Reply | undefined {
		const stored = this.#certificates.get(serialKey(params["serial"] ?? ""));
		if (!stored) return undefined;
		const { certificate, revokedAt } = stored;
		if (revokedAt === undefined) return { data: { certificate: certificate.trimEnd(), ...NOT_REVOKED } };
		return { data: { certificate, issuer_id: this.#issuerId, ...revocation(revokedAt) } };
	}

	#revoke({ request, context }: RouteCall): Reply {
		const given = request.fields.text("serial_number") ?? "";
		if (given === "") {
			throw new ApiError(400, "The serial number or certificate to revoke must be provided.");
		}
		const stored = this.#certificates.get(serialKey(given));
		if (!stored) throw new ApiError(400, `certificate with serial ${serialKey(given)} not found.`);
		stored.revokedAt ??= context.core.clock.now();
		return { data: { ...revocation(stored.revokedAt), state: "revoked" } };
	}
}

const NO_ISSUER =
	"Issuing Certificate was set to default, but no default issuing certificate (configurable at /config/issuers) is currently set";
const NO_URLS =
	"This mount hasn't configured any authority information access (AIA) fields; this may make it harder for systems to find missing certificates in the chain or to validate revocation status of certificates. Consider updating /config/urls or the newly generated issuer with this information.";

const NOT_REVOKED = { revocation_time: 0, revocation_time_rfc3339: "" };

function revocation(at: number): typeof NOT_REVOKED {
	return { revocation_time: Math.floor(at / 1000), revocation_time_rfc3339: rfc3339(at) };
}

/** Clients write it with colons or dashes. */
function serialKey(serial: string): string {
	return serial.toLowerCase().replaceAll("-", ":");
}
