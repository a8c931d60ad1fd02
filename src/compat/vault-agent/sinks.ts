import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { filled, flag, isMissing, lasting, quoted, word } from "../stanzas/values.ts";

/** Files of the token have this mode when nothing is said. */
const DEFAULT_MODE = "0640";

/**
 * The `sink` blocks of the login.
 *
 * @param isWritten false when there is no login that they could belong to: they are checked alone
 * @returns whether one of them wraps the token
 */
export function sinks(stanzas: readonly Stanza[], mapping: Mapping, isWritten: boolean): boolean {
	const read = stanzas.map((stanza) => sink(stanza, mapping));
	if (isWritten) {
		for (const [index, { keys, place }] of read.entries()) {
			const path = ["auto_auth", "sinks", index];
			mapping.draft.set(path, {}, place);
			for (const [key, given] of Object.entries(keys)) mapping.draft.put([...path, key], given);
		}
	}
	return read.some(({ keys }) => keys["wrap_ttl"] !== undefined);
}

interface Sink {
	readonly place: string;
	/** Native keys. */
	readonly keys: Readonly<Record<string, Given<unknown> | undefined>>;
}

function sink(stanza: Stanza, mapping: Mapping): Sink {
	checkType(stanza, mapping);
	const encryption = encryptionOf(stanza, mapping);
	const config = stanza.merged("config");
	const path = config && quoted(config, "path", mapping);
	if (config === undefined || isMissing(path, config, "path")) stanza.refuse("lacks config.path");
	const keys = {
		path,
		mode: config && modeOf(config, mapping),
		// Vault Agent logs in at each start, so a config with another role holds from then on.
		reuse: { value: false, place: stanza.place, name: stanza.name },
		user: config && owner(config, "uid", mapping),
		group: config && owner(config, "gid", mapping),
		wrap_ttl: lasting(stanza.duration("wrap_ttl")),
		...encryption,
	};
	config?.done();
	stanza.done();
	return { place: stanza.place, keys };
}

function checkType(stanza: Stanza, mapping: Mapping): void {
	const type = word(stanza, "type", mapping) ?? stanza.label;
	if (type === undefined || type.value === "") stanza.refuse('has no type; write sink "file"');
	else if (type.value.toLowerCase() !== "file")
		mapping.findings.refuse(type.place, `${stanza.name}: the only type is "file"`);
}

function modeOf(config: Stanza, { findings }: Mapping): Given<string> {
	const mode = config.mode("mode");
	if (mode === undefined) return { value: DEFAULT_MODE, place: config.place, name: config.name };
	if (config.kind("mode") !== "number") {
		findings.refuse(mode.place, `${mode.name}: expected a number without quotes, such as 0640`);
	}
	return mode;
}

/** -1 is nobody else than the agent. */
function owner(config: Stanza, key: "uid" | "gid", { findings }: Mapping): Given<number> | undefined {
	const given = config.integer(key);
	if (given === undefined || given.value === -1) return undefined;
	if (config.kind(key) === "number") return given;
	findings.refuse(given.place, `${given.name}: expected a number without quotes`);
	return undefined;
}

function encryptionOf(stanza: Stanza, mapping: Mapping): Sink["keys"] {
	const { findings, env } = mapping;
	const type = word(stanza, "dh_type", mapping);
	const keyPath = word(stanza, "dh_path", mapping);
	const isDerived = flag(stanza, "derive_key", mapping);
	const written = word(stanza, "aad", mapping);
	const named = word(stanza, "aad_env_var", mapping);
	const aad = named === undefined ? written : filled({ ...named, value: env[named.value] ?? "" });
	if (type !== undefined && type.value !== "curve25519")
		findings.refuse(type.place, `${type.name}: the only type is "curve25519"`);
	const half = type ?? keyPath;
	if (half !== undefined && (type === undefined || keyPath === undefined))
		findings.refuse(half.place, `${stanza.name}: dh_type and dh_path belong together; one is missing`);
	const useless = aad ?? (isDerived?.value === true ? isDerived : undefined);
	if (half === undefined && useless !== undefined)
		findings.refuse(useless.place, `${useless.name} is for an encrypted sink; add dh_type and dh_path`);
	return half === undefined ? {} : { dh_type: type, dh_path: keyPath, derive_key: isDerived, aad };
}
