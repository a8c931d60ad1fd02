import type { Sample } from "./load.ts";
import { grouped, type Measures, seconds, tally } from "./measures.ts";
import type { Paint } from "./paint.ts";

/** How the time line is drawn. */
export interface Canvas {
	readonly columns: number;
	readonly paint: Paint;
	/** How long it is expected to take; what is left of it is shown as dots. */
	readonly plannedMs: number;
	readonly oldKey: string;
	readonly newKey: string;
}

const LEFT = 12;
/** Room for the counts right of the bar. */
const RIGHT = 28;
const LEVELS = "▁▂▃▄▅▆";

/** The time line: requests, the key they were answered with, and what happened to it. */
export function picture(measures: Measures, canvas: Canvas): string[] {
	const width = Math.max(20, Math.min(60, canvas.columns - LEFT - RIGHT));
	const cellMs = Math.max(canvas.plannedMs, measures.now - measures.startedAt) / width;
	const scale: Scale = { width, cellMs, column: (at) => Math.floor((at - measures.startedAt) / cellMs) };
	const { answered, failed } = tally(measures.samples);
	const failures = canvas.paint(failed === 0 ? "green" : "red", `${grouped(failed)} failed`);
	return [
		`  requests  ${bar(measures, canvas, scale)}  ${grouped(answered)} answered, ${failures}`,
		`  key       ${keys(measures, canvas, scale)}`,
		...story(measures, canvas, scale),
	];
}

interface Scale {
	readonly width: number;
	readonly cellMs: number;
	readonly column: (at: number) => number;
}

/** One block for each stretch of time, as high as the share of its requests that were answered. */
function bar({ samples, now }: Measures, { paint }: Canvas, { width, column }: Scale): string {
	const cells = Array.from({ length: width }, (): Sample[] => []);
	for (const sample of samples) cells[column(sample.sentAt)]?.push(sample);
	const present = column(now);
	return cells
		.map((cell, index) => {
			if (cell.length === 0) return index < present ? " " : paint("dim", "·");
			const share = cell.filter(({ key }) => key !== undefined).length / cell.length;
			if (share === 1) return paint("green", "▇");
			return paint("red", share === 0 ? "×" : (LEVELS[Math.floor(share * LEVELS.length)] ?? "▆"));
		})
		.join("");
}

function keys({ now, servedAt }: Measures, { oldKey, newKey }: Canvas, { width, column }: Scale): string {
	const end = Math.min(width, column(now) + 1);
	if (servedAt === undefined) return `${oldKey} `.padEnd(end, "─");
	const turn = column(servedAt);
	return `${`${oldKey} `.padEnd(turn, "─")}┤ ${`${newKey} `.padEnd(Math.max(0, end - turn - 2), "─")}`;
}

/** What happened to the key, below the place where it changed; broken at its commas where a line is too short. */
function story(measures: Measures, { columns }: Canvas, { column }: Scale): string[] {
	const { startedAt, rotatedAt, seenAt, servedAt } = measures;
	if (rotatedAt === undefined) return [`${" ".repeat(LEFT)}the key is about to be rotated`];
	const parts = [
		`rotated at ${seconds(rotatedAt - startedAt)}`,
		seenAt === undefined ? "not seen yet" : `seen ${seconds(seenAt - rotatedAt)} later`,
		...(servedAt === undefined ? [] : [`served ${seconds(servedAt - rotatedAt)} later`]),
	];
	const indent = " ".repeat(LEFT + column(servedAt ?? rotatedAt));
	const lines = [`${indent}└ ${parts[0]}`];
	for (const part of parts.slice(1)) {
		const last = lines.at(-1) ?? "";
		if (last.length + part.length + 3 <= columns) lines[lines.length - 1] = `${last}, ${part}`;
		else lines.splice(-1, 1, `${last},`, `${indent}  ${part}`);
	}
	return lines;
}
