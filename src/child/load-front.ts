import type { CreateFront } from "./front/front.ts";

/** What can own a public address; agents without one never load it. */
export async function loadFront(): Promise<CreateFront> {
	return (await import("./front/create-front.ts")).createFront;
}
