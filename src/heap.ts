import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;

/** The young generation stays small, also after a burst: it would grow to 100 MiB under a few thousand connections a second. */
export function staySmall(): void {
	setFlagsFromString("--semi-space-growth-factor=1");
}

/**
 * Stays small, and compiles nothing to machine code from now on: the optimising compilers' memory is a quarter of an idle agent's, and
 * what it does every few seconds is fast enough without.
 */
export function settleDown(): void {
	setFlagsFromString("--no-opt");
	setFlagsFromString("--no-maglev");
	staySmall();
}

/**
 * One whole garbage collection that compacts the heap, as V8 does it when memory is short. Compiled code goes as well:
 * most of it is that of a start, a megabyte, and what is still needed is compiled again.
 */
export function collectGarbage(): void {
	setFlagsFromString("--expose-gc"); // the function appears in contexts made from now on
	const collect = runInNewContext("gc") as Collect;
	setFlagsFromString("--bytecode-old-age=0");
	collect({ type: "major", execution: "sync", flavor: "last-resort" });
	setFlagsFromString("--bytecode-old-age=6"); // as it was: collections under load leave alone what is in use
}
