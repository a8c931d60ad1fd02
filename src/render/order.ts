/** Where a file belongs, and whose it is to be. */
export interface Place {
	readonly path: string;
	readonly user?: string;
	readonly group?: string;
}

/** One file of a generation: its content, or that it has to go. */
export interface FileOrder extends Place {
	/** `undefined` removes the file. */
	readonly content: string | undefined;
	/** Permission bits. */
	readonly mode: number;
	/** Whether somebody is told about a change, so that a notice is kept until it has happened. */
	readonly isNotified: boolean;
}
