import { readFileSync } from 'node:fs';
import { formatBytes } from '../../base/format.ts';
import { deviceMemory, devicesHere, engine } from '../../engine/tensor/index.ts';
import { availableBytes } from '../../answering/model/resources.ts';
import { judged, ok, type Check } from './machine-check.ts';

/** Checks for the problems described in docs/decisions/engine.md, in the process that loaded libtorch. */
export function environmentChecks(): Check[] {
  const native = engine();
  const libraries = loadedLibraries();
  return [
    nodeVersion(),
    ok('libtorch', `${native.version()}, ${native.cpuCapability()}`),
    blas(libraries),
    memoryHooks(libraries),
    forcedKernels(),
    waitPolicy(),
    threads(),
    memory(),
    ...devices(),
  ];
}

function loadedLibraries(): string[] {
  try {
    const maps = readFileSync('/proc/self/maps', 'utf8');
    return [...new Set(maps.split('\n').map((line) => line.slice(line.indexOf('/'))))].filter(
      (path) => path.includes('.so') || path.includes('.node'),
    );
  } catch {
    return [];
  }
}

function nodeVersion(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  return judged('node', process.version, {
    isGood: major >= 24,
    otherwise: 'fail',
    fix: 'start attune with its own bin/attune, which uses Node 24',
  });
}

function blas(libraries: readonly string[]): Check {
  if (engine().hasMkl()) return ok('blas', 'MKL');
  const found = libraries.filter((path) => /libopenblas|libblas/.test(path));
  const isThreaded = found.some((path) => path.includes('pthread'));
  const isReference = found.length > 0 && !found.some((path) => path.includes('openblas'));
  return judged('blas', found.map((path) => path.split('/').slice(-2).join('/')).join(', ') || 'inside libtorch', {
    isGood: !isThreaded && !isReference,
    otherwise: 'warn',
    fix: isReference
      ? 'apt-get install libopenblas0-openmp: the reference BLAS is many times slower'
      : 'apt-get install libopenblas0-openmp: the pthread build stalls inside parallel regions',
  });
}

function memoryHooks(libraries: readonly string[]): Check {
  const hasUcx = libraries.some((path) => /libuc[mps]/.test(path));
  return judged('memory hooks', hasUcx ? `UCX loaded, UCX_MEM_EVENTS=${process.env.UCX_MEM_EVENTS ?? ''}` : 'none', {
    isGood: !hasUcx || process.env.UCX_MEM_EVENTS === 'no',
    otherwise: 'fail',
    fix: 'unset UCX_MEM_EVENTS: with its hooks on, about one process in a hundred crashes',
  });
}

function forcedKernels(): Check {
  const forced = ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE'].filter((name) => process.env[name] !== undefined);
  return judged('forced kernels', forced.join(', ') || 'none', {
    isGood: forced.length === 0,
    otherwise: 'warn',
    fix: `unset ${forced.join(' and ')}`,
  });
}

/** Spin count of waiting threads: each turn takes ten to a hundred cycles, depending on the processor. */
const MOST_TURNS = 20_000;

function waitPolicy(): Check {
  const [policy, spins] = [process.env.OMP_WAIT_POLICY ?? '', process.env.GOMP_SPINCOUNT ?? ''];
  return judged('threads wait', `${policy}, after ${spins} turns`, {
    isGood: policy === 'PASSIVE' && Number(spins) <= MOST_TURNS,
    otherwise: 'warn',
    fix: 'unset OMP_WAIT_POLICY and GOMP_SPINCOUNT: spinning threads starve each other',
  });
}

function threads(): Check {
  return ok('threads', String(engine().threads()));
}

function memory(): Check {
  return ok('free memory', `${(availableBytes() / 2 ** 30).toFixed(1)} GiB`);
}

function devices(): Check[] {
  const all = devicesHere();
  if (all.length === 0) return [ok('devices', 'cpu')];
  return all.map(({ device, title }) => {
    const memory = deviceMemory(device);
    const free = memory === undefined ? '' : `${formatBytes(memory.free)} free of ${formatBytes(memory.total)}`;
    return ok(device, [title, free].filter((part) => part !== '').join(', ') || 'found');
  });
}
