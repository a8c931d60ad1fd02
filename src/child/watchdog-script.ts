/**
 * Both scripts read, from standard input, `+ PGID SIGNAL TENTHS` (a group to end, how, and how long it
 * may take) and `- PGID` (it has gone by itself). When the input ends, the agent has: they send the
 * stop signal to every group they still know, wait, and kill what is left. Nothing else ends them, as
 * whatever takes the agent away may hit its neighbours just before.
 */

/**
 * For dash, busybox and bash alike: of the ways to signal a group, `kill -NAME -PGID` is the one that
 * all three take (busybox knows no `--`, dash wants it after `-s`).
 */
export const SHELL_SCRIPT = `
trap '' HUP INT QUIT TERM USR1 USR2
known=
while read -r word pgid signal tenths; do
	rest=
	for entry in $known; do
		case $entry in "$pgid":*) ;; *) rest="$rest $entry" ;; esac
	done
	known=$rest
	if [ "$word" = + ]; then known="$known $pgid:$signal:$tenths"; fi
done
for entry in $known; do
	pgid=\${entry%%:*}
	signal=\${entry#*:}
	kill "-\${signal%%:*}" "-$pgid"
	kill -CONT "-$pgid"
done
waited=0
while [ -n "$known" ]; do
	rest=
	for entry in $known; do
		pgid=\${entry%%:*}
		kill -0 "-$pgid" || continue
		if [ "$waited" -ge "\${entry##*:}" ]; then kill -KILL "-$pgid"; else rest="$rest $entry"; fi
	done
	known=$rest
	[ -z "$known" ] || sleep 0.1 || sleep 1
	waited=$((waited + 1))
done
`;

/** The same for images without a shell. */
export const NODE_SCRIPT = `
for (const name of ["HUP", "INT", "QUIT", "TERM", "USR1", "USR2"]) process.on("SIG" + name, () => {});
const known = new Map();
const kill = (pgid, signal) => { try { return process.kill(-pgid, signal); } catch { return false; } };
const look = (waited) => {
	for (const [pgid, { tenths }] of known) {
		if (!kill(pgid, 0)) known.delete(pgid);
		else if (waited >= tenths) { kill(pgid, "SIGKILL"); known.delete(pgid); }
	}
	if (known.size > 0) setTimeout(look, 100, waited + 1);
	else process.exit();
};
const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
	const [word, pgid, signal, tenths] = line.split(" ");
	if (word === "+") known.set(pgid, { signal, tenths: Number(tenths) });
	else known.delete(pgid);
});
lines.on("close", () => {
	for (const [pgid, { signal }] of known) {
		kill(pgid, "SIG" + signal);
		kill(pgid, "SIGCONT");
	}
	look(0);
});
`;
