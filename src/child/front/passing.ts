/** How much is understood of what passes through one connection: nothing (`tcp`) or requests and answers (`http`). */
export interface Passing {
	/** Something is under way with the upstream that is connected. */
	readonly isBusy: boolean;
	/** It keeps bytes of the client back, which is not read from meanwhile. */
	readonly holdsBack: boolean;
	fromClient(bytes: Buffer): void;
	fromUpstream(bytes: Buffer): void;
	/** The client will send nothing more. */
	clientEnded(): void;
	/** The upstream will send nothing more. */
	upstreamEnded(): void;
	/** There is an upstream, or another one. */
	connected(): void;
	/** The current target is another one now. */
	switched(): void;
}
