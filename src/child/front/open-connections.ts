import type { Target } from "./front.ts";

/** What the registry wants of a connection. */
interface Member {
	readonly isBusy: boolean;
}

interface Open<T> {
	readonly members: Set<T>;
	/** Told when there is none any more. */
	readonly drained: (() => void)[];
}

/** Which connections are with which target. */
export class OpenConnections<T extends Member> {
	readonly #byTarget = new Map<Target, Open<T>>();

	add(target: Target, member: T): void {
		const open = this.#byTarget.get(target);
		if (open === undefined) this.#byTarget.set(target, { members: new Set([member]), drained: [] });
		else open.members.add(member);
	}

	delete(target: Target, member: T): void {
		const open = this.#byTarget.get(target);
		if (open === undefined || !open.members.delete(member) || open.members.size > 0) return;
		this.#byTarget.delete(target);
		for (const tell of open.drained) tell();
	}

	with(target: Target): T[] {
		return [...(this.#byTarget.get(target)?.members ?? [])];
	}

	busyWith(target: Target): number {
		let busy = 0;
		for (const member of this.#byTarget.get(target)?.members ?? []) if (member.isBusy) busy++;
		return busy;
	}

	async drained(target: Target): Promise<void> {
		const open = this.#byTarget.get(target);
		if (open !== undefined) await new Promise<void>((resolve) => open.drained.push(resolve));
	}
}
