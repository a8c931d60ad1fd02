import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { MetricSources } from "./metrics.ts";
import { type Gauge as GaugeRow, GAUGES } from "./gauges.ts";
import { BUCKETS, COUNTERS, HISTOGRAMS } from "./metric-table.ts";

/**
 * The metrics as Prometheus reads them.
 *
 * Reached by a dynamic import alone: the library costs more memory than all of the listener.
 *
 * @returns writes the text of this moment
 */
export function prometheusText(sources: MetricSources): () => Promise<string> {
	const registry = new Registry();
	const counters = new Map<string, Counter>();
	const histograms = new Map<string, Histogram>();
	const registers = [registry];
	for (const [name, { help, labels }] of Object.entries(COUNTERS)) {
		counters.set(name, new Counter({ name, help, labelNames: labels, registers }));
	}
	const cpu = { name: "process_cpu_seconds_total", help: "Processor time of the agent, user and system." };
	counters.set(cpu.name, new Counter({ ...cpu, registers }));
	for (const [name, { help }] of Object.entries(HISTOGRAMS)) {
		histograms.set(name, new Histogram({ name, help, buckets: [...BUCKETS], registers }));
	}
	return async () => {
		for (const { name, count, mean } of sources.tally.takeTimes()) {
			for (let n = 0; n < count; n++) histograms.get(name)?.observe(mean);
		}
		for (const counter of counters.values()) counter.reset();
		for (const { name, labels, value } of sources.tally.counts()) {
			counters.get(name)?.inc(cleaned(labels, sources.clean), value);
		}
		counters.get(cpu.name)?.inc(sources.usage().cpuSeconds);
		return [await registry.metrics(), await gauges(sources)].join("\n");
	};
}

/** Made anew each time: what has no value now must not keep an old one. */
async function gauges({ report, usage }: MetricSources): Promise<string> {
	const registry = new Registry();
	const [now, used] = [report(), usage()];
	for (const [name, row] of Object.entries(GAUGES)) register(name, { row, registry }, row.values(now, used));
	return await registry.metrics();
}

interface Place {
	readonly row: GaugeRow;
	readonly registry: Registry;
}

function register(name: string, { row, registry }: Place, samples: ReturnType<GaugeRow["values"]>): void {
	if (samples.length === 0) return;
	const { help, labels: labelNames, isCounter } = row;
	const about = { name, help, labelNames, registers: [registry] };
	const metric = isCounter ? new Counter(about) : new Gauge(about);
	for (const [value, ...labels] of samples) metric.labels(...labels).inc(value);
}

function cleaned(labels: Readonly<Record<string, string>>, clean: (text: string) => string) {
	return Object.fromEntries(Object.entries(labels).map(([name, text]) => [name, clean(text)]));
}
