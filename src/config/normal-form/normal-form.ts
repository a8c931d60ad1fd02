import type { Config, ListenerConfig, TemplateConfig, VaultConfig } from "../config.ts";
import type { LogConfig } from "../log-config.ts";
import { child } from "./child.ts";
import { addressText } from "./address-text.ts";
import { changeText } from "./change-text.ts";
import { autoAuth, credential } from "./login.ts";
import { language } from "./language.ts";
import { nativeKeys, type Plain } from "./native-keys.ts";
import { variables } from "./variables.ts";

/**
 * The whole config as a file would say it: every default written out, every path absolute, credentials as `••••`. The
 * same config gives the same text.
 */
export function normalForm(config: Config): Record<string, Plain> {
	const { auth, exec, listener, handover } = config;
	const { watch, allowedRoots, fileRoots, pidFile, exitAfterAuth, timeoutMs = 0 } = config;
	const { onMissing, giveUpAfterMs } = config;
	return {
		vault: vault(config.vault),
		...(auth && { auto_auth: autoAuth(auth) }),
		...nativeKeys({ pollIntervalMs: config.pollIntervalMs }),
		templates: config.templates.map(template),
		...nativeKeys({ allowedRoots, fileRoots }),
		env_from: config.envFrom.map(nativeKeys),
		env: variables(config.env),
		...(exec && { exec: child(exec) }),
		...(listener && { listener: listening(listener) }),
		...(handover && { handover: nativeKeys(handover) }),
		log: log(config.log),
		...nativeKeys({ pidFile, watch, exitAfterAuth, timeoutMs, onMissing, giveUpAfterMs }),
	};
}

function vault({ addresses, tls, ...others }: VaultConfig): Plain {
	const { serverName: tlsServerName, skipVerify: tlsSkipVerify, ...files } = tls;
	const [only = ""] = addresses;
	return {
		...(addresses.length > 0 && { address: addresses.length === 1 ? only : addresses }),
		...nativeKeys({ ...others, ...files, tlsServerName, tlsSkipVerify }),
	};
}

function template(given: TemplateConfig): Plain {
	const { isFormatUnsaid: _, contentsPlace: __, onChange, language: written, ...others } = given;
	const change = onChange.map(changeText);
	const [only = "none"] = change;
	return {
		...nativeKeys(others),
		...language(written),
		on_change: change.length > 1 ? change : only,
	};
}

function listening({ address, token, tls, hosts, quit }: ListenerConfig): Plain {
	const own = address.kind === "tcp" ? address.host : undefined;
	return {
		address: addressText(address),
		...(token && credential("token", "token_file", token)),
		...(tls && { tls: nativeKeys(tls) }),
		hosts: hosts.filter((host) => host !== own),
		quit,
	};
}

function log({ level, format, file }: LogConfig): Plain {
	if (file === undefined) return { level, format };
	const { path, rotateBytes = 0, rotateMs, mostRotated } = file;
	const kept = mostRotated === undefined ? 0 : mostRotated === 0 ? -1 : mostRotated;
	return {
		level,
		format,
		...nativeKeys({ file: path, rotateBytes, rotateDurationMs: rotateMs, rotateMaxFiles: kept }),
	};
}
