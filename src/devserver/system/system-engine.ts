import type { Engine, EngineContext, EngineRequest, Reply } from "../engine.ts";
import { type Route, route } from "../routes.ts";
import { LEASE_ROUTES } from "./lease-routes.ts";
import { MOUNT_ROUTES } from "./mount-routes.ts";
import { NAMESPACE_ROUTES } from "./namespace-routes.ts";
import { POLICY_ROUTES } from "./policy-routes.ts";
import { QUOTA_ROUTES } from "./quota-routes.ts";
import { WRAPPING_ROUTES } from "./wrapping-routes.ts";

const OPEN = /^(wrapping\/lookup|internal\/ui\/mounts(\/.*)?)$/;

/** Paths that need `sudo` on top (https://developer.hashicorp.com/vault/docs/concepts/policies#root-protected-api-endpoints). */
const SUDO = /^(auth\/.*|seal|rotate|remount|leases\/lookup\/.*|(leases\/)?revoke-(prefix|force)\/.*)$/;

/** `sys/`, all but what answers without a token (`unguarded.ts`). */
export class SystemEngine implements Engine {
	readonly #routes: readonly Route[] = [
		...LEASE_ROUTES,
		...MOUNT_ROUTES,
		...NAMESPACE_ROUTES,
		...POLICY_ROUTES,
		...QUOTA_ROUTES,
		...WRAPPING_ROUTES,
		{
			pattern: /^seal$/,
			on: {
				update: ({ context }) => {
					context.core.seal.isSealed = true;
					return undefined;
				},
			},
		},
	];

	isOpen(path: string): boolean {
		return OPEN.test(path);
	}

	needsSudo(path: string): boolean {
		return SUDO.test(path);
	}

	handle(request: EngineRequest, context: EngineContext): Reply | undefined {
		return route(this.#routes, request, context);
	}
}
