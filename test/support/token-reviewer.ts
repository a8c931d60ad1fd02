import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** The one endpoint of a cluster that the kubernetes method asks. */
export interface TokenReviewer extends AsyncDisposable {
	/** What goes into `kubernetes_host`. */
	readonly address: string;
	/** From now on the cluster knows this token. */
	readonly know: (jwt: string) => void;
}

interface ServiceAccountClaims {
	readonly sub: string;
	readonly aud: readonly string[];
	readonly "kubernetes.io": { readonly serviceaccount: { readonly uid: string } };
}

/** Answers as https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/ says. */
export async function openTokenReviewer(): Promise<TokenReviewer> {
	const known = new Set<string>();
	const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
		const { spec } = (await json(incoming)) as { spec: { token: string } };
		const isKnown = known.has(spec.token);
		const status = isKnown ? accepted(spec.token) : { authenticated: false, error: "invalid token" };
		const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", status };
		response.writeHead(201, { "Content-Type": "application/json" }).end(JSON.stringify(review));
	};
	const server = createServer((incoming, response) => {
		answer(incoming, response).catch(() => response.destroy());
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		know: (jwt) => void known.add(jwt),
		[Symbol.asyncDispose]: async () => {
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			server.closeAllConnections();
			await closed;
		},
	};
}

function accepted(jwt: string): unknown {
	const text = Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString();
	const { sub, aud, "kubernetes.io": bound } = JSON.parse(text) as ServiceAccountClaims;
	return { authenticated: true, audiences: aud, user: { username: sub, uid: bound.serviceaccount.uid } };
}
