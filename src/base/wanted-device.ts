/** The device that the current work was asked to compute on. Only its name: libtorch knows whether it exists. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** `auto`, or a device by libtorch's name: `cpu`, `cuda`, `cuda:1`, `mps`. */
export const DEVICE_NAME = /^(auto|cpu|mps|(cuda|xpu|privateuseone)(:\d+)?)$/;
export const A_DEVICE = 'expected auto, cpu, cuda, cuda:N or mps';

const wanted = new AsyncLocalStorage<string>();

/** Runs work on a device; undefined leaves the choice as it is. */
export function onDevice<Result>(device: string | undefined, body: () => Result): Result {
  return device === undefined ? body() : wanted.run(device, body);
}

/**
 * The device that was asked for, by the nearest `onDevice`; the CPU if nobody asked. ATTUNE_DEVICE decides where it was
 * left open.
 */
export function wantedDevice(): string {
  const { ATTUNE_DEVICE: usual } = process.env;
  const named = wanted.getStore();
  return named === undefined || named === 'auto' ? usual || (named ?? 'cpu') : named;
}
