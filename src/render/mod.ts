export { Delivery } from "./delivery.ts";
export { DeliveryError } from "./errors.ts";
export { type FileSystem, nodeFileSystem } from "./file-system.ts";
export type { FileOrder } from "./order.ts";
