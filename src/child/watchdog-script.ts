/** Variable of the child that holds the mark. */
export const MARK_NAME = "KEYTURN_CHILD";

/**
 * Both scripts read, from standard input, `+ PGID SIGNAL TENTHS` (a group to end, how, and how long it
 * may take) and `- PGID` (it has gone by itself). `? MARK SIGNAL TENTHS` comes before a start, whose group
 * nobody knows yet: should the agent end just then, the child is known by the mark in its environment. When the input ends, the agent has: they send the
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
mark=
while read -r word pgid signal tenths; do
	rest=
	for entry in $known; do
		case $entry in "$pgid":*) ;; *) rest="$rest $entry" ;; esac
	done
	known=$rest
	mark=
	case $word in
		+) known="$known $pgid:$signal:$tenths" ;;
		'?') mark=$pgid stop=$signal:$tenths ;;
	esac
done
turn=0
while [ -n "$mark" ] && [ "$turn" -lt 5 ]; do
	for file in /proc/[0-9]*/environ; do
		grep -qs "${MARK_NAME}=$mark" "$file" || continue
		read -r stat <"\${file%environ}stat" || continue
		set -- \${stat##*) }
		known="$known $3:$stop"
		mark=
	done
	[ -z "$mark" ] || sleep 0.1 || sleep 1
	turn=$((turn + 1))
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
const fs = require("node:fs");
const known = new Map();
let mark;
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
	mark = undefined;
	if (word === "+") known.set(pgid, { signal, tenths: Number(tenths) });
	else if (word === "?") mark = { name: "${MARK_NAME}=" + pgid, signal, tenths: Number(tenths) };
	else known.delete(pgid);
});
const find = ({ name, signal, tenths }) => {
	for (const pid of fs.readdirSync("/proc")) {
		try {
			if (!fs.readFileSync("/proc/" + pid + "/environ", "latin1").split("\\0").includes(name)) continue;
			const stat = fs.readFileSync("/proc/" + pid + "/stat", "latin1");
			known.set(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2], { signal, tenths });
			mark = undefined;
		} catch {}
	}
};
lines.on("close", async () => {
	for (let turn = 0; mark && turn < 5; turn++) {
		try { find(mark); } catch { break; }
		if (mark) await new Promise((resolve) => setTimeout(resolve, 100));
	}
	for (const [pgid, { signal }] of known) {
		kill(pgid, "SIG" + signal);
		kill(pgid, "SIGCONT");
	}
	look(0);
});
`;
