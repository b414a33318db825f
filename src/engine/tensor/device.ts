/** Devices for tensors: which ones there are, which one is used, and what it supports. */
import { wantedDevice } from '../../base/wanted-device.ts';
import { AttuneError } from '../../base/errors.ts';
import { engine, setupCommand } from './engine.ts';

/** First compute capability of CUDA with bf16 products. */
const FIRST_WITH_BF16 = 80;

export interface DeviceFacts {
  /** `cuda:0`, `mps:0`, … */
  device: string;
  /** The card's name; empty if unknown. */
  title: string;
  /** CUDA's compute capability, 80 for 8.0; 0 for other devices. */
  capability: number;
}

/** Devices other than the CPU that libtorch finds on this machine. */
export function devicesHere(): DeviceFacts[] {
  return engine().devices();
}

/**
 * Device of the current computation, such as `cpu` or `cuda:0`. `auto` is a CUDA card if there is one, otherwise the
 * CPU. Without a device number, processes on one machine use different cards; `place` is the process's index on the
 * machine.
 * @throws AttuneError E_DEVICE_MISSING
 */
export function currentDevice(place = 0): string {
  const device = found(wantedDevice(), place);
  if (device !== 'cpu' && device !== 'meta') engine().watchMemory();
  return device;
}

function found(wanted: string, place: number): string {
  if (wanted === 'cpu' || wanted === 'meta') return wanted;
  const all = devicesHere();
  const kind = wanted === 'auto' ? 'cuda' : wanted.split(':')[0];
  const ofKind = all.filter(({ device }) => device.split(':')[0] === kind);
  if (wanted.includes(':') && ofKind.some(({ device }) => device === wanted)) return wanted;
  if (!wanted.includes(':') && ofKind.length > 0) return ofKind[place % ofKind.length].device;
  if (wanted === 'auto') return 'cpu';
  throw missing(wanted, kind, all);
}

function missing(wanted: string, kind: string, all: readonly DeviceFacts[]): AttuneError {
  const native = engine();
  const isBuilt = native.deviceBuild().includes(kind);
  const names = all.map(({ device, title }) => (title === '' ? device : `${device} (${title})`));
  const none = isBuilt
    ? `libtorch ${native.version()} finds no such device`
    : `libtorch ${native.version()} is built without ${kind}`;
  return new AttuneError('E_DEVICE_MISSING', {
    what: `The device ${wanted} cannot be used`,
    got: names.length === 0 ? none : `${none}; it finds ${names.join(', ')}`,
    expected: ['auto', 'cpu', ...all.map(({ device }) => device)].join(', '),
    fix: isBuilt ? 'check the driver (nvidia-smi), or set device: auto' : `set device: auto, or ${otherLibtorch(kind)}`,
  });
}

function otherLibtorch(kind: string): string {
  const folder = 'ATTUNE_LIBTORCH=$(python3 -c "import torch; print(torch.__path__[0])")';
  return `set the engine up with a libtorch that has ${kind}, such as that of Python's torch: ${folder} ${setupCommand()}`;
}

/** Whether a device multiplies bf16 in hardware; undefined for the CPU, which depends on the processor. */
export function multipliesBf16(device: string): boolean | undefined {
  if (!device.startsWith('cuda')) return undefined;
  const capability = devicesHere().find((one) => one.device === device)?.capability ?? 0;
  return capability >= FIRST_WITH_BF16;
}

/** Waits until a device has finished all its work, for timing. */
export function synchronise(device: string): void {
  engine().synchronise(device);
}

export interface DeviceMemory {
  /** Free bytes. */
  free: number;
  total: number;
}

/** A device's own memory; undefined if it shares the machine's, or if it is unknown. */
export function deviceMemory(device: string): DeviceMemory | undefined {
  const [free, total] = engine().deviceMemory(device) ?? [];
  return free === undefined || total === undefined ? undefined : { free, total };
}
