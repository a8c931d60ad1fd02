import { readdirSync, readFileSync } from "node:fs";
import { errorCode } from "../kernel/mod.ts";
import type { SignalOutcome } from "./ports.ts";

/** Sends a signal, 0 being none, to a process or, with a negative number, to a group. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): SignalOutcome {
	try {
		process.kill(pid, signal);
		return "sent";
	} catch (error) {
		const code = errorCode(error);
		if (code === "ESRCH") return "gone";
		if (code === "EPERM") return "refused";
		throw error;
	}
}

/**
 * Whether a member of the group still runs.
 *
 * `kill(-pgid, 0)` counts zombies too, and in a container whose process 1 reaps nothing a killed
 * grandchild stays one for ever: each restart would wait for it until the stop timeout.
 */
export function isGroupAlive(pgid: number): boolean {
	return sendSignal(-pgid, 0) !== "gone" && hasRunningMember(pgid);
}

function hasRunningMember(pgid: number): boolean {
	try {
		return readdirSync("/proc").some((name) => /^\d/.test(name) && isRunningMember(name, pgid));
	} catch {
		return true; // no /proc here: the kernel's word has to do
	}
}

function isRunningMember(pid: string, pgid: number): boolean {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		// "pid (name) state ppid pgrp …", where the name may hold anything
		const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return Number(group) === pgid && state !== "Z" && state !== "X";
	} catch {
		return false; // it has ended in the meantime
	}
}
