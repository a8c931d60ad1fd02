/** One metric of an exposition: its kind, what it is about, and its samples by name and labels. */
export interface Family {
	readonly name: string;
	readonly type: string;
	readonly help: string;
	/** `name{label="x"}`, as it stands. */
	readonly samples: ReadonlyMap<string, number>;
}

const SAMPLE =
	/^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (\S+)$/;

/**
 * Reads the text format 0.0.4 strictly: each metric in one piece, its HELP and TYPE first.
 *
 * @throws Error that names what Prometheus would not read, or not as it was meant
 */
export function parseMetrics(text: string): ReadonlyMap<string, Family> {
	if (!text.endsWith("\n")) throw new Error("the last line has no end");
	const pieces = text.split(/^(?=# HELP )/m).map((piece) => parseFamily(piece.split("\n").filter(Boolean)));
	const families = new Map(pieces.map((family) => [family.name, family]));
	if (families.size < pieces.length) throw new Error("a metric is there twice");
	return families;
}

function parseFamily([first = "", second = "", ...lines]: readonly string[]): Family {
	const [, name = "", help = ""] = /^# HELP (\S+) (.+)$/.exec(first) ?? [];
	const [, typed, type = ""] = /^# TYPE (\S+) (\S+)$/.exec(second) ?? [];
	if (name === "" || typed !== name) throw new Error(`no beginning of a metric: ${first}, ${second}`);
	const samples = new Map(lines.map((line) => parseSample(line, { name, type })));
	if (samples.size < lines.length) throw new Error(`${name} has a sample twice`);
	return { name, type, help, samples };
}

function parseSample(line: string, { name, type }: Pick<Family, "name" | "type">): [string, number] {
	const [, sample = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
	const base = type === "histogram" ? sample.replace(/_(bucket|sum|count)$/, "") : sample;
	const number = Number(value.replace("Inf", "Infinity"));
	if (base !== name || value === "" || Number.isNaN(number)) throw new Error(`no sample of ${name}: ${line}`);
	return [sample + labels, number];
}

/** What a linter of metrics would say (prometheus.io/docs/practices/naming); nothing when all is well. */
export function lintMetrics(families: Iterable<Family>): string[] {
	return [...families].flatMap(({ name, type, help, samples }) => {
		const faults = [
			[type === "counter" && !name.endsWith("_total"), "a counter ends with _total"],
			[type !== "counter" && name.endsWith("_total"), "only a counter ends with _total"],
			[!/^(counter|gauge|histogram)$/.test(type), "it has a type"],
			[!/^[a-z][a-z0-9_]*$/.test(name), "a name is in snake_case"],
			[/_(ms|milliseconds|minutes|hours|kilobytes|mb|percent)(_|$)/.test(name), "units are base units"],
			[!/^[A-Z].*\.$/.test(help), "help is a sentence"],
			[type === "histogram" && !isCumulative(name, samples), "buckets add up to the count"],
		] as const;
		return faults.filter(([isWrong]) => isWrong).map(([, rule]) => `${name}: ${rule}`);
	});
}

function isCumulative(name: string, samples: ReadonlyMap<string, number>): boolean {
	const buckets = [...samples].filter(([key]) => key.startsWith(`${name}_bucket`)).map(([, value]) => value);
	const isRising = buckets.every((value, index) => value >= (buckets[index - 1] ?? 0));
	const whole = samples.get(`${name}_bucket{le="+Inf"}`);
	return isRising && whole !== undefined && whole === samples.get(`${name}_count`);
}
