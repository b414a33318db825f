/** Name of the device for the current work. Only libtorch knows whether that device exists. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** `auto`, or a device by libtorch's name: `cpu`, `cuda`, `cuda:1`, `mps`. */
export const DEVICE_NAME = /^(auto|cpu|mps|(cuda|xpu|privateuseone)(:\d+)?)$/;
export const A_DEVICE = 'expected auto, cpu, cuda, cuda:N or mps';

const wanted = new AsyncLocalStorage<string>();

/** Runs work with a device; undefined keeps the current one. */
export function onDevice<Result>(device: string | undefined, body: () => Result): Result {
  return device === undefined ? body() : wanted.run(device, body);
}

/** Device of the nearest `onDevice`. Without one, or with `auto`: ATTUNE_DEVICE if set, otherwise `cpu` or `auto`. */
export function wantedDevice(): string {
  const { ATTUNE_DEVICE: usual } = process.env;
  const named = wanted.getStore();
  return named === undefined || named === 'auto' ? usual || (named ?? 'cpu') : named;
}
