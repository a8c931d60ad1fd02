import type { Tally } from "./counters.ts";
import type { ProcessUsage } from "./gauges.ts";
import type { StatusReport } from "./report.ts";

/** Where the numbers come from. */
export interface MetricSources {
	readonly tally: Tally;
	readonly report: () => StatusReport;
	readonly usage: () => ProcessUsage;
	/** Takes live secrets out of a text. */
	readonly clean: (text: string) => string;
}

/** The text that Prometheus reads; what it takes to write it is loaded when it is first asked for. */
export function metricsOf(sources: MetricSources): () => Promise<string> {
	let text: Promise<() => Promise<string>> | undefined;
	return async () => {
		text ??= import("./prometheus.ts").then(({ prometheusText }) => prometheusText(sources));
		return await (await text)();
	};
}

/** Text format 0.0.4. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
