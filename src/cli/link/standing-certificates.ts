import type { Unit } from "../../agent/mod.ts";
import { errorCode, type Log } from "../../kernel/mod.ts";
import { type Delivery, DeliveryError } from "../../render/mod.ts";
import { requestKey, type Resumable, type SecretRequest, standingCertificate } from "../../secrets/mod.ts";
import type { World } from "../world.ts";
import { readOwnFile } from "./own-file.ts";

export interface StandingParts {
	readonly world: Pick<World, "fs" | "uid" | "clock">;
	readonly delivery: Pick<Delivery, "inFolder">;
	readonly log: Log;
}

/** Where the certificate of a request stands once it has been delivered. */
interface Places {
	readonly files: Set<string>;
	withIssuer: boolean;
}

/** Of a certificate with its whole chain there are a few kilobytes. */
const LARGEST = 1024 * 1024;

/** Permission bits with which others may change a file, and so put a certificate there whose key they know. */
const CHANGEABLE = 0o022;

/** Certificates that stand in the files of templates since the run before: while one is good no other is issued. */
export class StandingCertificates {
	readonly #parts: StandingParts;
	readonly #places: Map<string, Places>;
	/** Certificates that have been given for a request: for another one they are not meant. */
	readonly #given = new Set<unknown>();

	constructor(units: readonly Unit[], parts: StandingParts) {
		this.#parts = parts;
		this.#places = placesOf(units);
	}

	/** What stands of a request, for once. */
	async taken(request: SecretRequest): Promise<Resumable | undefined> {
		const key = requestKey(request);
		const places = this.#places.get(key);
		this.#places.delete(key);
		if (places === undefined) return undefined;
		const texts = await Promise.all([...places.files].map(async (file) => await this.#read(file)));
		const { clock } = this.#parts.world;
		const moment = { now: clock.now(), date: clock.date() };
		const wanted = { request, withIssuer: places.withIssuer, ...moment };
		const found = standingCertificate(texts.join("\n"), wanted);
		const certificate = found?.view.fields["certificate"];
		if (found === undefined || this.#given.has(certificate)) return undefined;
		this.#given.add(certificate);
		const [file] = places.files;
		const { path } = request;
		const msg = `${path}: the certificate that stands in ${file} is good, and no other is asked for`;
		this.#parts.log.write("info", "certificate", { msg, path, file });
		return found;
	}

	/** Nothing of what is not ours, or cannot be read. */
	async #read(path: string): Promise<string> {
		const { delivery, log, world } = this.#parts;
		const rules = { uid: world.uid, largest: LARGEST, forbidden: CHANGEABLE };
		try {
			const own = await delivery.inFolder(path, async (fs) => await readOwnFile(path, fs, rules));
			if ("text" in own) return own.text;
			log.write("debug", "certificate", {
				msg: `${path} ${own.fault}: no certificate is taken from it`,
				path,
			});
		} catch (error) {
			if (!(error instanceof DeliveryError) && errorCode(error) === undefined) throw error;
		}
		return "";
	}
}

function placesOf(units: readonly Unit[]): Map<string, Places> {
	const all = new Map<string, Places>();
	for (const unit of units) {
		if (unit.kind === "variable") continue;
		const { certificates = [], beside = [] } = unit.template.discover();
		const paths = beside.flatMap((path) => unit.beside?.resolve(path) ?? []);
		for (const { request, withIssuer } of certificates) {
			const key = requestKey(request);
			const places = all.get(key) ?? { files: new Set(), withIssuer: false };
			for (const path of [unit.destination, ...paths]) places.files.add(path);
			places.withIssuer ||= withIssuer;
			all.set(key, places);
		}
	}
	return all;
}
