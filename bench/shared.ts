import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { formatBytes } from '../src/base/format.ts';
import { freePort } from '../src/base/free-port.ts';
import { median } from '../src/base/median.ts';
import type { Measurement } from './train.ts';

interface Turn {
  shared: Measurement[];
  alone: Measurement;
}

/**
 * Trains a workload by processes of one thread, and in turns by one process of as many threads. Prints the ratio of
 * their steps' times, which is 1 if sharing costs nothing.
 */
export async function benchShared(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      workload: { type: 'string', default: 'w1' },
      processes: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      steps: { type: 'string', default: '3' },
      tokens: { type: 'string', default: '1000000' },
      full: { type: 'boolean', default: false },
    },
  });
  const size = Number(values.processes);
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  try {
    const flags = ['--workload', values.workload, '--model', join(folder, 'model')];
    await start([...flags, '--make'], size);
    const usual = [...flags, '--steps', values.steps, '--tokens', values.tokens, ...(values.full ? ['--full'] : [])];
    const turns: Turn[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const place = ['--processes', String(size), '--port', String(await freePort())];
      const ranks = Array.from({ length: size }, (_, rank) => start([...usual, ...place, '--rank', String(rank)], 1));
      const shared = await Promise.all(ranks);
      turns.push({ shared, alone: await start(usual, size) });
    }
    report(turns);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(turns: readonly Turn[]): void {
  const line = (name: string, all: readonly Measurement[]) => {
    const processor = median(all.flatMap(({ processorSeconds = [] }) => processorSeconds));
    const peak = Math.max(...all.map(({ peakRssMib }) => peakRssMib));
    const each = `${processor.toFixed(3)} s of a processor in each process, peak ${peak.toFixed(0)} MiB`;
    console.log(`${name}: ${secondsOf(all).toFixed(3)} s a step, ${each}`);
  };
  const [{ shared, alone }] = turns;
  line(`one process of ${shared.length} threads`, turns.map((turn) => turn.alone)); // prettier-ignore
  line(`${shared.length} processes`, turns.flatMap((turn) => turn.shared)); // prettier-ignore
  const ratios = turns.map((turn) => secondsOf([turn.alone]) / secondsOf(turn.shared));
  console.log(`ratio ${median(ratios).toFixed(3)} (${ratios.map((ratio) => ratio.toFixed(3)).join(', ')})`);
  console.log(`each process sends ${formatBytes(shared[0].sentBytes ?? 0)} a step`);
  const overlaps = turns.flatMap((turn) => turn.shared).flatMap(({ overlaps: found = [] }) => found);
  const share = (of: 'duringBackward' | 'arrived') =>
    `${(100 * median(overlaps.map((overlap) => overlap[of] / overlap.sentBytes))).toFixed(0)} %`;
  const waited = median(overlaps.map(({ waitedSeconds }) => waitedSeconds)).toFixed(3);
  console.log(
    `of its gradients ${share('duringBackward')} are sent during backward, ${share('arrived')} have arrived by its end; ${waited} s for the rest`,
  );
  const apart = shared[0].losses.map((loss, step) => Math.abs(loss - alone.losses[step]));
  console.log(`losses differ by at most ${Math.max(...apart).toExponential(1)}`);
}

function secondsOf(all: readonly Measurement[]): number {
  return median(all.flatMap(({ seconds }) => seconds));
}

async function start(words: readonly string[], threads: number): Promise<Measurement> {
  const env = { ...process.env, ATTUNE_THREADS: String(threads) };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'train.ts'), ...words], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`bench/train.ts ${words.join(' ')} ended with ${child.exitCode}`);
  return printed === '' ? ({} as Measurement) : (JSON.parse(printed) as Measurement);
}
