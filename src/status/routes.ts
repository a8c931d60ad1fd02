import { METRICS_TYPE } from "./metrics.ts";
import type { StatusReport } from "./report.ts";

/** What the agent offers to those who ask. */
export interface ListenerPorts {
	readonly report: () => StatusReport;
	/** What Prometheus reads. */
	readonly metrics: () => Promise<string>;
	/** False when the agent itself no longer works; Vault's absence is none of that. */
	readonly isAlive: () => boolean;
	/** Has every secret read now. */
	readonly refresh: () => void;
	/** Ends the agent as SIGTERM does; absent where nobody may ask for it. */
	readonly quit?: () => void;
}

export interface Answer {
	readonly status: number;
	readonly type: string;
	readonly body: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Done once the answer has gone out. */
	readonly afterwards?: () => void;
}

export interface Route {
	readonly method: "GET" | "POST";
	/** Answered to everybody who can reach the address. */
	readonly isOpen: boolean;
	readonly answer: () => Answer | Promise<Answer>;
}

/** Everything that is answered, by path. */
export function routesTo(ports: ListenerPorts): ReadonlyMap<string, Route> {
	const { quit } = ports;
	const metricsRoute: Route = { method: "GET", isOpen: true, answer: () => metrics(ports) };
	return new Map<string, Route>([
		["/healthz", { method: "GET", isOpen: true, answer: () => health(ports) }],
		["/readyz", { method: "GET", isOpen: true, answer: () => readiness(ports.report()) }],
		["/metrics", metricsRoute],
		["/agent/v1/metrics", metricsRoute],
		["/v1/status", { method: "GET", isOpen: false, answer: () => json(200, ports.report()) }],
		["/v1/refresh", { method: "POST", isOpen: false, answer: () => refresh(ports) }],
		["/", { method: "GET", isOpen: false, answer: () => page(ports) }],
		...(quit === undefined ? [] : quitRoutes(quit)),
	]);
}

/** The second under the name that Vault Agent gives it, as for the metrics. */
function quitRoutes(quit: () => void): readonly (readonly [string, Route])[] {
	const route: Route = { method: "POST", isOpen: false, answer: () => ending(quit) };
	return [
		["/v1/quit", route],
		["/agent/v1/quit", route],
	];
}

export function json(status: number, body: object): Answer {
	return { status, type: "application/json", body: `${JSON.stringify(body)}\n` };
}

function health({ isAlive }: ListenerPorts): Answer {
	return isAlive() ? json(200, { status: "alive" }) : json(503, { status: "stuck" });
}

function readiness({ ready, state, missing }: StatusReport): Answer {
	return json(ready ? 200 : 503, { ready, state, missing });
}

async function metrics(ports: ListenerPorts): Promise<Answer> {
	return { status: 200, type: METRICS_TYPE, body: await ports.metrics() };
}

/** Answers when the request has been noted; `GET /v1/status` tells how it went. */
function refresh({ report, refresh: ask }: ListenerPorts): Answer {
	ask();
	return json(202, { accepted: true, secrets: report().secrets.length });
}

function ending(quit: () => void): Answer {
	return { ...json(202, { accepted: true }), afterwards: quit };
}

/** For people, who seldom come: loaded when the first one does. */
async function page({ report }: ListenerPorts): Promise<Answer> {
	const { pageOf, PAGE_POLICY } = await import("./page.ts");
	const headers = { "Content-Security-Policy": PAGE_POLICY };
	return { status: 200, type: "text/html; charset=utf-8", body: pageOf(report()), headers };
}
