import { watch } from "chokidar";
import { errorCode } from "../../kernel/mod.ts";

/** Files that are looked at for changes. */
export interface FileWatch {
	/** From now on these, by their own names: a link that is swapped (a Kubernetes `..data`) counts as a change. */
	set(paths: readonly string[]): void;
	close(): Promise<void>;
}

export interface FileWatchEvents {
	/** Some file has changed, come or gone; which one, and how, is not to be relied on. */
	readonly changed: () => void;
	/** The system refuses to watch, with its code: there are too many watches, say. */
	readonly failed: (code: string) => void;
}

/** Watches files, and all that is in a folder which is named itself. The folders of files are left alone: their events are many and say less. */
export function watchFiles({ changed, failed }: FileWatchEvents): FileWatch {
	const watcher = watch([], { ignoreInitial: true });
	watcher.on("all", changed);
	watcher.on("error", (error) => failed(errorCode(error) ?? "unknown"));
	let watched: ReadonlySet<string> = new Set();
	return {
		set(paths) {
			const wanted = new Set(paths);
			watcher.unwatch([...watched].filter((path) => !wanted.has(path)));
			watcher.add([...wanted].filter((path) => !watched.has(path)));
			watched = wanted;
		},
		close: async () => await watcher.close(),
	};
}
