import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engine } from '../../../src/engine/tensor/index.ts';
import { buildAddon } from '../../../tools/setup/addon.mjs';

/** libtorch's name of the device in other_device.cpp. */
export const OTHER = 'privateuseone:0';

interface OtherDevice {
  /** Bytes of all tensors on the device. */
  held(): number;
  /** Number of copies from pinned memory. */
  pinned(): number;
  /** Number of calls that waited for the device. */
  synchronised(): number;
  /** Limits the device's memory. */
  limit(bytes: number): void;
}

let loaded: OtherDevice | undefined;

/** Adds a non-CPU device to libtorch, compiled on first use. */
export async function addOtherDevice(): Promise<OtherDevice> {
  loaded ??= await load();
  return loaded;
}

async function load(): Promise<OtherDevice> {
  const root = join(import.meta.dirname, '../../..');
  const { libtorch } = JSON.parse(readFileSync(join(root, 'build/attune.json'), 'utf8'));
  const { file } = await buildAddon({
    root,
    libtorch,
    sources: import.meta.dirname,
    output: join(root, 'build/other-device'),
  });
  engine();
  const module = { exports: {} as OtherDevice };
  process.dlopen(module, file);
  return module.exports;
}
