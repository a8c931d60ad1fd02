import type { Problem } from "../config/mod.ts";

/** What is to be said of a config of another program. */
export class Findings {
	readonly problems: Problem[] = [];
	/** Each begins with its place. */
	readonly warnings: string[] = [];
	/** Those of the warnings that are about what that program makes nothing of. */
	readonly dropped: Problem[] = [];
	readonly unsupported: Problem[] = [];
	readonly #isStrict: boolean;

	/** @param options strict: what that program drops silently is refused */
	constructor({ strict }: { readonly strict: boolean }) {
		this.#isStrict = strict;
	}

	/** That program would refuse it as well. */
	refuse(place: string, message: string): void {
		this.problems.push({ place, message });
	}

	/** It should be known. */
	warn(place: string, message: string): void {
		this.warnings.push(place === "" ? message : `${place}: ${message}`);
	}

	/** That program takes it and makes nothing of it. */
	drop(place: string, message: string): void {
		if (this.#isStrict) this.refuse(place, message);
		else {
			this.warn(place, message);
			this.dropped.push({ place, message });
		}
	}

	/** That program does it, and we do not. */
	miss(place: string, message: string): void {
		this.unsupported.push({ place, message });
	}
}
