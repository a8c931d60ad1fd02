import type { FlagSetting } from "../../config/mod.ts";
import type { GivenFlags, GoFlags } from "./go-flag.ts";

type Tree = { [key: string]: unknown };

/** What the flags say, as a config of the same program would say it. */
export function flagSettings({ flags }: Pick<GivenFlags, "flags">, known: GoFlags): Tree {
	const settings: Tree = {};
	for (const { name, value } of flags) {
		const flag = known[name];
		if (flag?.key === undefined) continue;
		const setting = flag.as?.(String(value)) ?? value;
		const parent = flag.key.slice(0, -1).reduce<Tree>((node, step) => (node[step] ??= {}) as Tree, settings);
		const last = flag.key.at(-1) ?? name;
		if (flag.isRepeatable) parent[last] = [...((parent[last] as unknown[] | undefined) ?? []), setting];
		else parent[last] = setting;
	}
	return settings;
}

/** What one flag says. */
export interface FlagSaid {
	/** For messages: `-template`. */
	readonly name: string;
	/** As a config of the same program would say it. */
	readonly settings: object;
}

/** The same, flag by flag, each with all of its values, so that messages can name it. */
export function saidByFlags({ flags }: Pick<GivenFlags, "flags">, known: GoFlags): readonly FlagSaid[] {
	const names = new Set(flags.filter(({ name }) => known[name]?.key !== undefined).map(({ name }) => name));
	return [...names].map((name) => {
		const settings = flagSettings({ flags: flags.filter((flag) => flag.name === name) }, known);
		return { name: `-${name}`, settings };
	});
}

/** What flags whose keys are those of a native config say. */
export function nativeSettings({ flags }: Pick<GivenFlags, "flags">, known: GoFlags): FlagSetting[] {
	return flags.flatMap(({ name, value }) => {
		const flag = known[name];
		if (flag?.key === undefined) return [];
		return [{ name: `-${name}`, path: flag.key, value: flag.as?.(String(value)) ?? value }];
	});
}

/** The last value of a flag. */
export function lastOf(
	{ flags }: Pick<GivenFlags, "flags">,
	name: string,
): string | number | boolean | undefined {
	return flags.findLast((flag) => flag.name === name)?.value;
}

/** All values of a flag, in their order. */
export function allOf({ flags }: Pick<GivenFlags, "flags">, name: string): readonly string[] {
	return flags.filter((flag) => flag.name === name).map(({ value }) => String(value));
}

/** Whether a switch is on. */
export function isOn(given: Pick<GivenFlags, "flags">, ...names: readonly string[]): boolean {
	return names.some((name) => lastOf(given, name) === true);
}
