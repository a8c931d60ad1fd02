import type { X509Certificate } from "node:crypto";
import { type ApiError, listedError } from "../api-error.ts";
import type { Engine, EngineContext, EngineRequest, Reply } from "../engine.ts";
import { listOf } from "../engines/listing.ts";
import { type Route, type RouteCall, route } from "../routes.ts";
import { grantToken, renewTermsOf } from "../tokens/role-tokens.ts";
import { type RenewTerms, sanitizePolicies } from "../tokens/token-entry.ts";
import { inPairs } from "../x509/certificate.ts";
import { readCertificate } from "../x509/read-certificate.ts";
import { type CertRole, describeCertRole, readCertRole } from "./cert-role.ts";
import { findRole } from "./verify.ts";

/** TLS certificates (https://developer.hashicorp.com/vault/api-docs/auth/cert); OCSP, CRLs and matching by extension are not built. */
export class CertEngine implements Engine {
	readonly #roles = new Map<string, CertRole>();

	readonly #routes: readonly Route[] = [
		{ pattern: /^login$/, on: { update: (call) => this.#login(call) } },
		{ pattern: /^certs\/$/, on: listOf(this.#roles) },
		{
			pattern: /^certs\/(?<name>[^/]+)$/,
			on: {
				read: (call) => this.#readRole(call),
				update: (call) => this.#writeRole(call),
				delete: ({ params }) => void this.#roles.delete(roleName(params)),
			},
		},
	];

	isOpen(path: string): boolean {
		return path === "login";
	}

	handle(request: EngineRequest, context: EngineContext): Reply | undefined {
		return route(this.#routes, request, context);
	}

	#readRole({ params }: RouteCall): Reply | undefined {
		const role = this.#roles.get(roleName(params));
		return role && { data: describeCertRole(role) };
	}

	#writeRole({ request, params }: RouteCall): undefined {
		const name = roleName(params);
		this.#roles.set(name, readCertRole(name, this.#roles.get(name), request.fields));
	}

	/** https://developer.hashicorp.com/vault/api-docs/auth/cert#login-with-tls-certificate-method */
	#login({ request, context }: RouteCall): Reply {
		const { role, client } = findRole(
			this.#candidates(request.fields.text("name") ?? ""),
			request.clientChain,
			context.core.clock.now(),
		);
		const facts = readCertificate(client);
		return grantToken(request, context, {
			tokens: role.tokens,
			alias: facts.commonName,
			displayName: role.displayName,
			metadata: {
				authority_key_id: inPairs(facts.authorityKeyId),
				cert_name: role.name,
				common_name: facts.commonName,
				serial_number: BigInt(`0x${client.serialNumber}`).toString(),
				subject_key_id: inPairs(facts.subjectKeyId),
			},
			renewTerms: (clientChain) => {
				const now = context.core.clock.now();
				return this.#renewTerms(role, client, { clientChain, now });
			},
		});
	}

	/** A token is renewed by the certificate that has logged in: another one, newer or not, needs a login of its own. */
	#renewTerms(
		then: CertRole,
		client: X509Certificate,
		{ clientChain, now }: { clientChain: readonly X509Certificate[]; now: number },
	): RenewTerms | undefined {
		const role = this.#roles.get(then.name);
		if (!role) return undefined;
		if (!hasSamePolicies(role, then)) throw notRenewed("policies have changed, not renewing");
		const again = findRole([role], clientChain, now);
		if (!again.client.raw.equals(client.raw)) {
			throw notRenewed("client identity during renewal not matching client identity used during login");
		}
		return renewTermsOf(role.tokens);
	}

	/** @param name empty for all */
	#candidates(name: string): CertRole[] {
		const roles = [...this.#roles.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
		return name === "" ? roles : roles.filter((role) => role.name === name.toLowerCase());
	}
}

function hasSamePolicies(now: CertRole, then: CertRole): boolean {
	const [a, b] = [now, then].map(({ tokens }) => sanitizePolicies(tokens.token_policies, true).join());
	return a === b;
}

function notRenewed(reason: string): ApiError {
	return listedError(500, `failed to renew entry: ${reason}`);
}

function roleName(params: RouteCall["params"]): string {
	return (params["name"] ?? "").toLowerCase();
}
