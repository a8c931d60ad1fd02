export { Delivery } from "./delivery.ts";
export { DeliveryError } from "./errors.ts";
export type { FileSystem } from "./file-system.ts";
export type { FileOrder } from "./order.ts";
