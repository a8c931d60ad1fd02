import type { Result } from "./context.ts";

/** The table of all results, in Markdown, so that it can be pasted as it is. */
export function table(results: readonly Result[], ours: string): string {
	const others = [...new Set(results.flatMap(({ values }) => [...values.keys()]))].filter(
		(name) => name !== ours,
	);
	const head = ["row", ours, "goal", "", ...others.flatMap((name) => [name, "ratio"])];
	const lines = results.map(({ row, unit, goal, values }) => {
		const own = values.get(ours);
		return [
			row,
			own === undefined ? "" : `${format(own)} ${unit}`,
			goal === undefined ? "" : `≤ ${format(goal)}`,
			own === undefined || goal === undefined ? "" : verdict(own, goal),
			...others.flatMap((name) => {
				const value = values.get(name);
				if (value === undefined || own === undefined) return ["", ""];
				return [format(value), own === 0 ? "" : `${(value / own).toFixed(2)}×`];
			}),
		];
	});
	const all = [head, ...lines];
	const widths = head.map((_, column) => Math.max(3, ...all.map((cells) => cells[column]?.length ?? 0)));
	const draw = (cells: readonly string[]) =>
		`| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
	return [draw(head), draw(widths.map((width) => "-".repeat(width))), ...lines.map(draw)].join("\n");
}

/** All numbers as they were measured. */
export function asJson(results: readonly Result[]): object[] {
	return results.map(({ values, ...result }) => ({ ...result, values: Object.fromEntries(values) }));
}

function verdict(value: number, goal: number): string {
	return value <= goal ? "PASS" : "over";
}

function format(value: number): string {
	if (Number.isInteger(value)) return String(value);
	return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
