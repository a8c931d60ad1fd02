/** The parts of docs/go-templates.md that follow from the source: functions, and those that are refused. */
import { FUNCTION_NOTES } from "./go-function-notes.ts";
import { REFUSED_FUNCTIONS } from "../src/compat/go/functions/refused.ts";
import { loadSprig } from "../src/compat/go/sprig/mod.ts";

/** Fills every `<!-- NAME -->` … `<!-- /NAME -->` of the page. */
export async function withGoFunctions(page: string): Promise<string> {
	const sprig = await loadSprig(["sprig_regexMatch"]);
	const parts: Readonly<Record<string, string>> = {
		functions: functionTables(),
		sprig: `${listed(sprig.functions.keys())}\n`,
		refused: refusedTable([...REFUSED_FUNCTIONS, ...sprig.refused]),
	};
	return page.replaceAll(
		/(?<=<!-- (functions|sprig|refused) -->\n)[^]*?(?=<!-- \/\1 -->)/g,
		(_all, name: string) => parts[name] ?? "",
	);
}

function functionTables(): string {
	return Array.from(FUNCTION_NOTES, ([title, notes]) => {
		const rows = Array.from(notes.values(), ({ usage, text }) => `| \`${cell(usage)}\` | ${cell(text)} |\n`);
		return `### ${title}\n\n| | |\n|---|---|\n${rows.join("")}\n`;
	}).join("");
}

/** One row for all that are refused for the same reason. */
function refusedTable(refused: readonly (readonly [name: string, reason: string])[]): string {
	const byReason = Map.groupBy(refused, ([, reason]) => reason);
	const rows = Array.from(
		byReason,
		([reason, names]) => `| ${listed(names.map(([name]) => name))} | ${cell(reason)} |\n`,
	);
	return `| refused | because |\n|---|---|\n${rows.join("")}`;
}

function listed(names: Iterable<string>): string {
	return Array.from(names, (name) => `\`${name}\``)
		.toSorted()
		.join(" ");
}

function cell(text: string): string {
	return text.replaceAll("|", "\\|");
}
