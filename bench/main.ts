/**
 * `npm run bench -- kernels [ROUNDS]`, `… -- data [flags]`, `… -- generation [flags]`,
 * `… -- adapters [flags]`, `… -- serve [flags]`, `… -- memory [flags]`,
 * `… -- shared [flags]`, `… -- sharing [flags]`, `… -- watch [flags]`
 * and `… -- w1|base [flags]`.
 * Results are in bench/RESULTS.md.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { benchAdapters } from './adapters.ts';
import { benchData } from './data.ts';
import { benchGeneration } from './generation.ts';
import { benchKernels } from './kernels.ts';
import { benchMemory } from './memory.ts';
import { benchServe } from './serve.ts';
import { benchShared } from './shared.ts';
import { benchSharing } from './sharing.ts';
import { benchTraining } from './training.ts';
import { benchWatch } from './watch.ts';

const workloads = readdirSync(join(import.meta.dirname, 'workloads')).map((file) => file.replace('.json', ''));
const [name, ...rest] = process.argv.slice(2);
if (name === 'kernels') benchKernels(Number(rest[0] ?? 15));
else if (name === 'memory') process.exitCode = await benchMemory(rest).catch(refuse);
else if (name === 'adapters') process.exitCode = benchAdapters(rest);
else if (name === 'data') process.exitCode = await benchData(rest).catch(refuse);
else if (name === 'generation') process.exitCode = await benchGeneration(rest).catch(refuse);
else if (name === 'serve') process.exitCode = await benchServe(rest).catch(refuse);
else if (name === 'shared') process.exitCode = await benchShared(rest).catch(refuse);
else if (name === 'sharing') process.exitCode = await benchSharing(rest).catch(refuse);
else if (name === 'watch') process.exitCode = await benchWatch(rest).catch(refuse);
else if (workloads.includes(name)) process.exitCode = await benchTraining(name, rest).catch(refuse);
else {
  console.error(`usage: npm run bench -- kernels [ROUNDS]
       npm run bench -- generation [--model FOLDER] [--dtype f32] [--rounds 3] [--threads 1] [--against CHECKOUT]
                        [--llama-cpp FOLDER_WITH_NODE_MODULES]
       npm run bench -- adapters [--model FOLDER] [--workload NAME] [--dtype bf16] [--rank 16] [--registered 8] [--rounds 9] [--threads 1]
       npm run bench -- serve [--model FOLDER] [--workload NAME] [--dtype bf16] [--rank 16] [--registered 100] [--rounds 5] [--threads 1]
                        [--tokens 64] [--clients 1,8,32] [--llama-cpp FOLDER_WITH_NODE_MODULES]
       npm run bench -- shared [--workload w1] [--full] [--processes 2] [--tokens 1000000] [--steps 3] [--rounds 3]
       npm run bench -- sharing [--model FOLDER] [--dtype bf16] [--rounds 5] [--prompt 512] [--answers 16] [--answer 16,32,64,128]
       npm run bench -- memory [--only TEXT] [--steps 12] [--phases]
       npm run bench -- watch [--model FOLDER] [--rounds 7] [--requests 24] [--tokens 64] [--threads 1] [--traces 10000]
       npm run bench -- data [--megabytes 20] [--against FOLDER_WITH_NODE_MODULES] | --pipeline MEGABYTES [--unredacted]
       npm run bench -- ${workloads.join('|')} [--full] [--checkpointing] [--storage int8_switchback] [--steps 3] [--rounds 1] [--threads N] [--device cuda]
                        [--baselines FILE.py] [--against CHECKOUT] [--json] [--anyway]`);
  process.exitCode = 2;
}

function refuse(error: unknown): number {
  if (!(error instanceof Error)) throw error;
  console.error(error.message);
  return 1;
}
