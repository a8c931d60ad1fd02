export { hasReferences, referenceSettings } from "./bank-vaults.ts";
export { CONFIG_NAME, type Imported, nativeFiles } from "./native.ts";
