/**
 * `npm run stress:recovery [-- commands | runs | jobs | sleep | loop | ranks | pipeline] [--times N]` kills attune's processes at
 * different moments and lets them recover. commands: commands of the command line, also with a full disk and too little
 * memory; runs: trainings of six kinds; jobs: the server and worker of a fine-tuning job; sleep: a suspended server
 * while another one takes over its job; loop: `attune improve run` in each of its states;
 * ranks: each process of a shared training; pipeline: `attune pipeline up`, ten times.
 */
const parts: Readonly<Record<string, () => Promise<unknown>>> = {
  commands: () => import('./recovery/commands.ts'),
  runs: () => import('./recovery/runs.ts'),
  jobs: () => import('./recovery/jobs.ts'),
  sleep: () => import('./recovery/sleep.ts'),
  loop: () => import('./recovery/loop.ts'),
  ranks: () => import('./recovery/ranks.ts'),
  pipeline: () => import('./recovery/pipeline.ts'),
};
const [first = 'commands'] = process.argv.slice(2);
const name = first.startsWith('-') ? 'commands' : first;
const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
if (part === undefined) {
  console.error(`There is nothing "${name}" to kill. Known: ${Object.keys(parts).join(', ')}`);
  process.exitCode = 1;
} else await part();
