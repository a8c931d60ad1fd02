import type { Deployment } from "kubernetes-types/apps/v1.d.ts";
import type { ConfigMap, Namespace, Service, ServiceAccount } from "kubernetes-types/core/v1.d.ts";
import type { NetworkPolicy } from "kubernetes-types/networking/v1.d.ts";
import type { ClusterRoleBinding } from "kubernetes-types/rbac/v1.d.ts";

/** The types of Kubernetes' own API, by what a manifest says of itself. */
export interface Kinds {
	readonly "apps/v1 Deployment": Deployment;
	readonly "networking.k8s.io/v1 NetworkPolicy": NetworkPolicy;
	readonly "rbac.authorization.k8s.io/v1 ClusterRoleBinding": ClusterRoleBinding;
	readonly "v1 ConfigMap": ConfigMap;
	readonly "v1 Namespace": Namespace;
	readonly "v1 Service": Service;
	readonly "v1 ServiceAccount": ServiceAccount;
}
