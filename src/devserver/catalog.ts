import { ApiError } from "./api-error.ts";
import { AppRoleEngine } from "./approle/approle-engine.ts";
import { CertEngine } from "./cert/cert-engine.ts";
import type { Engine } from "./engine.ts";
import { DatabaseEngine } from "./engines/database/database-engine.ts";
import { Kv1Engine } from "./engines/kv1-engine.ts";
import { Kv2Engine } from "./engines/kv2-engine.ts";
import { JwtEngine } from "./jwt/jwt-engine.ts";
import { KubernetesEngine } from "./kubernetes/kubernetes-engine.ts";
import type { MountTerms } from "./mounts.ts";
import { PkiEngine } from "./pki/pki-engine.ts";

const SECRETS: Readonly<Record<string, (terms: MountTerms) => Engine>> = {
	database: () => new DatabaseEngine(),
	pki: () => new PkiEngine(),
	kv: (terms) => (terms.options?.["version"] === "2" ? new Kv2Engine() : new Kv1Engine()),
};

const AUTH: Readonly<Record<string, (terms: MountTerms) => Engine>> = {
	approle: () => new AppRoleEngine(),
	cert: () => new CertEngine(),
	jwt: () => new JwtEngine(),
	kubernetes: () => new KubernetesEngine(),
};

/** A fresh engine for a mount. @throws ApiError 400 when no such engine is built in */
export function createEngine(terms: MountTerms): Engine {
	const isAuth = terms.path.startsWith("auth/");
	const create = (isAuth ? AUTH : SECRETS)[terms.type];
	if (!create) {
		throw new ApiError(400, `plugin not found in the catalog: ${terms.type}`);
	}
	return create(terms);
}
