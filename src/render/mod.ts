export { Delivery, type FileOrder } from "./delivery.ts";
export { DeliveryError } from "./errors.ts";
export { type FileSystem, nodeFileSystem } from "./file-system.ts";
