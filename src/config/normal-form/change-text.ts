import type { ChangeAction } from "../config.ts";
import { nativeKeys, type Plain } from "./native-keys.ts";

/** What is done on a change, as `on_change` has it. */
export function changeText(action: ChangeAction | { readonly kind: "none" }): Plain {
	switch (action.kind) {
		case "none":
		case "restart":
		case "rolling":
			return action.kind;
		case "http": {
			const { url, method, timeoutMs } = action;
			return { http: { url, method }, ...nativeKeys({ timeoutMs }) };
		}
		case "signal":
		case "command": {
			const { kind: _, ...others } = action;
			return nativeKeys(others);
		}
		default:
			return action satisfies never;
	}
}
