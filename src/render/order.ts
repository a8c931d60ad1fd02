/** Where a file belongs, and whose it is to be. */
export interface Place {
	readonly path: string;
	readonly user?: string;
	readonly group?: string;
	/** Permission bits of folders that are made for it; 0o700 when absent. */
	readonly folderMode?: number;
	/** Folders that are not there are not made for it. */
	readonly needsFolder?: true;
	/** The file before stays beside it, see {@link backupOf}. */
	readonly hasBackup?: true;
}

/** Where the file before is kept. */
export function backupOf(path: string): string {
	return `${path}.bak`;
}

/** One file of a generation: its content, or that it has to go. */
export interface FileOrder extends Place {
	/** `undefined` removes the file. */
	readonly content: string | undefined;
	/** Permission bits. */
	readonly mode: number;
	/** One that is there keeps its own mode. */
	readonly keepsMode?: true;
	/** Whether somebody is told about a change, so that a notice is kept until it has happened. */
	readonly isNotified: boolean;
}
