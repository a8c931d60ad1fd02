import type { ExecConfig, ReadyConfig, RollingConfig } from "../exec-config.ts";
import { addressText, hostPort } from "./address-text.ts";
import { changeText } from "./change-text.ts";
import { nativeKeys, type Plain } from "./native-keys.ts";

/** `exec:`. */
export function child({ onChange, ready, rolling, ...others }: ExecConfig): Plain {
	return {
		...nativeKeys(others),
		on_change: changeText(onChange),
		...(ready && { ready: readiness(ready) }),
		...(rolling && front(rolling)),
	};
}

function readiness({ probe, ...others }: ReadyConfig): Plain {
	return { ...target(probe), ...nativeKeys(others) };
}

function target(probe: ReadyConfig["probe"]): Record<string, Plain> {
	switch (probe.kind) {
		case "http":
			return { http: probe.url };
		case "http-path":
			return { http: probe.path };
		case "tcp":
			return { tcp: hostPort(probe.host, probe.port) };
		case "tcp-private":
			return { tcp: true };
		case "command":
			return { command: probe.command };
		default:
			return probe satisfies never;
	}
}

/** The idle timeout is that of `tcp` alone. */
function front({ listen, idleTimeoutMs, ...others }: RollingConfig): Record<string, Plain> {
	const ofTcp = others.pass === "tcp" ? { idleTimeoutMs } : {};
	return { listen: addressText(listen), ...nativeKeys({ ...others, ...ofTcp }) };
}
