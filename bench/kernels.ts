import { cpus } from 'node:os';
import {
  arange,
  aten,
  attune,
  backward,
  engineIdentity,
  scope,
  setThreads,
  type DType,
  type Tensor,
} from '../src/engine/tensor/index.ts';

interface Case {
  name: string;
  inputs: { shape: number[]; isFixed?: boolean }[];
  forward: (...inputs: Tensor[]) => Tensor;
}

type Kernels = Parameters<typeof attune.kernels.default>[0] extends { use?: infer Use } | undefined
  ? NonNullable<Use>
  : never;

function attentionCase(
  name: string,
  shape: { segments: number; tokens: number; heads: number; keyHeads: number; size: number },
): Case {
  const { segments, tokens, heads, keyHeads, size } = shape;
  const offsets = Array.from({ length: segments + 1 }, (_, i) => i * tokens);
  const N = segments * tokens;
  return {
    name,
    inputs: [{ shape: [N, heads, size] }, { shape: [N, keyHeads, size] }, { shape: [N, keyHeads, size] }],
    forward: (q, k, v) => attune.attention.default(q, k, v, offsets, offsets, { causal: true }),
  };
}

function decodeCase(keys: number): Case {
  const rows = 8;
  const offsets = (length: number) => Array.from({ length: rows + 1 }, (_, i) => i * length);
  return {
    name: `attention, decode of 8 rows, ${keys} keys, 9/3 heads of 64`,
    inputs: [
      [rows, 9, 64],
      [rows * keys, 3, 64],
      [rows * keys, 3, 64],
    ].map((shape) => ({ shape, isFixed: true })),
    forward: (q, k, v) => attune.attention.default(q, k, v, offsets(1), offsets(keys), { causal: true }),
  };
}

const cases: Case[] = [
  attentionCase('attention, 32 x 256 tokens, 4 heads of 64', {
    segments: 32,
    tokens: 256,
    heads: 4,
    keyHeads: 4,
    size: 64,
  }),
  attentionCase('attention, 16 x 512 tokens, 4 heads of 64', {
    segments: 16,
    tokens: 512,
    heads: 4,
    keyHeads: 4,
    size: 64,
  }),
  attentionCase('attention, 4 x 427 tokens, 9/3 heads of 64', {
    segments: 4,
    tokens: 427,
    heads: 9,
    keyHeads: 3,
    size: 64,
  }),
  attentionCase('attention, 1 x 2048 tokens, 12/2 heads of 128', {
    segments: 1,
    tokens: 2048,
    heads: 12,
    keyHeads: 2,
    size: 128,
  }),
  decodeCase(300),
  {
    name: 'rms_norm, [8192, 256]',
    inputs: [{ shape: [8192, 256] }, { shape: [256] }],
    forward: (x, weight) => attune.rms_norm.default(x, weight, 1e-5),
  },
  {
    name: 'rope, [8192, 4, 64]',
    inputs: [{ shape: [8192, 4, 64] }, { shape: [8192, 64], isFixed: true }, { shape: [8192, 64], isFixed: true }],
    forward: (x, cos, sin) => attune.rope.default(x, cos, sin),
  },
  {
    name: 'swiglu, [8192, 768]',
    inputs: [{ shape: [8192, 768] }, { shape: [8192, 768] }],
    forward: (gate, up) => attune.swiglu.default(gate, up),
  },
];

function values(shape: readonly number[], dtype: DType): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return aten.sin
    .default(arange(count).to('f32').mul(0.37))
    .to(dtype)
    .reshape(...shape)
    .detach();
}

function cpuMilliseconds(body: () => void): number {
  const before = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Forward and backward in milliseconds of CPU time, the best of all rounds, for each kind of kernel. */
function measure(
  one: Case,
  dtype: DType,
  options: { kinds: readonly Kernels[]; rounds: number },
): Map<Kernels, [number, number]> {
  const best = new Map(options.kinds.map((kind): [Kernels, [number, number]] => [kind, [Infinity, Infinity]]));
  scope(() => {
    const inputs = one.inputs.map(({ shape, isFixed }) => {
      const x = values(shape, dtype);
      return isFixed === true ? x : x.setRequiresGrad();
    });
    const gradient = one.inputs.some(({ isFixed }) => isFixed !== true)
      ? values(one.inputs[0].shape, dtype)
      : undefined;
    for (let round = 0; round <= options.rounds; round++) {
      for (const [kind, times] of best) {
        attune.kernels.default({ use: kind });
        scope(() => {
          let y: Tensor | undefined;
          const forward = cpuMilliseconds(() => (y = one.forward(...inputs)));
          const back = gradient === undefined ? 0 : cpuMilliseconds(() => backward([y as Tensor], [gradient]));
          for (const input of inputs) input.grad = undefined;
          if (round > 0) times.splice(0, 2, Math.min(times[0], forward), Math.min(times[1], back));
        });
      }
    }
  });
  return best;
}

function available(): Kernels[] {
  return (['composite', 'avx2', 'avx512'] as const).filter((use) => {
    try {
      attune.kernels.default({ use });
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * CPU time of each fused operator and of its composite definition, alternating in one process with one thread, best of
 * several rounds. CPU time and the best round are used because the machine may be shared.
 */
export function benchKernels(rounds: number): void {
  setThreads(1);
  const kinds = available();
  console.log(
    `${cpus()[0].model}, libtorch ${engineIdentity().libtorch}, 1 thread, best of ${rounds} rounds in turns, ms of CPU time forward + backward`,
  );
  console.log(
    `| operator | type | ${kinds.join(' | ')} | composite / ${kinds.at(-1)} |\n|---|---|${'---|'.repeat(kinds.length + 1)}`,
  );
  for (const one of cases) {
    for (const dtype of ['bf16', 'f32'] as const) {
      const found = measure(one, dtype, { kinds, rounds });
      const cells = kinds.map((kind) => (found.get(kind) as [number, number]).map((ms) => ms.toFixed(2)).join(' + '));
      const total = (kind: Kernels) => (found.get(kind) as [number, number]).reduce((sum, ms) => sum + ms);
      console.log(
        `| ${one.name} | ${dtype} | ${cells.join(' | ')} | ${(total(kinds[0]) / total(kinds.at(-1) as Kernels)).toFixed(1)} |`,
      );
    }
  }
}
