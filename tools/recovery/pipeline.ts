/**
 * `npm run stress:recovery -- pipeline [--times 10]` brings a pipeline over Debian's documentation (/usr/share/doc) up,
 * with a search for settings, then again with that many SIGKILLs at random moments: data set, stages and results must
 * have the same bytes. Finally queries the deployed model.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { serve } from '../../src/app/serve/serve.ts';
import type { PipelineUp } from '../../src/app/use-cases/pipeline-up.ts';
import { randomUnit } from '../../src/base/random.ts';
import { sha256 } from '../../src/files/hash.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '10' } }, allowPositionals: true });
const TIMES = Number(values.times);
const DOCS = '/usr/share/doc';
const CLASSES = 4;
const PAGES = 40;
/** Characters of a document. */
const LONGEST = 4000;

const root = mkdtempSync(join(tmpdir(), 'attune-pipeline-'));
const file = join(root, 'manual.yaml');
const state = join(root, 'pipelines/manual');
process.env.ATTUNE_HOME = join(root, 'home');

/** Copies the beginnings of the files that most packages have, one class for each name: copyright, changelog, NEWS … */
function writeManual(): void {
  const named = Map.groupBy(
    readdirSync(DOCS, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
    ({ name }) => name.replace(/\.gz$/, ''),
  );
  const kinds = [...named].toSorted(([a, one], [b, other]) => other.length - one.length || a.localeCompare(b));
  for (const [kind, found] of kinds.slice(0, CLASSES)) {
    if (found.length < PAGES) throw new Error(`${DOCS} has ${found.length} files named ${kind}, ${PAGES} are needed`);
    mkdirSync(join(root, 'manual', kind), { recursive: true });
    const paths = found.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
    for (const [page, path] of paths.slice(0, PAGES).entries())
      writeFileSync(join(root, 'manual', kind, `${page}.txt`), textOf(path).slice(0, LONGEST));
  }
  const spec = {
    sources: ['manual'],
    steps: [
      { step: 'folders', subject: false },
      { step: 'redact', kinds: ['email', 'phone', 'secret'] },
    ],
    split: { validation: 0.2, test: 0.25 },
    systems: ['nearest', 'tfidf', 'tune'],
    advise: false,
    search: { budget: '60k tokens', vary: ['learning_rate'], trials: 3 },
    recipe: {
      data: { max_length: 128, long_rows: 'truncate' },
      training: { epochs: 1 },
      evaluation: { other_words: false },
    },
    gate: { margin: 0.15 },
  };
  writeFileSync(file, JSON.stringify(spec));
}

function textOf(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

/** Hashes of the pipeline's results. Logs of runs and model cards are left out, since they contain times. */
function bytes(): Record<string, string> {
  const paths = readdirSync(state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /^(data|stages|runs\/.+\/model)\//.test(relative(state, path)));
  return Object.fromEntries(paths.toSorted().map((path) => [relative(state, path), sha256(readFileSync(path))]));
}

/** `attune pipeline up` in its own process group. */
function start() {
  const child = spawn(resolve('bin/attune'), ['pipeline', 'up', file, '--json'], { detached: true });
  let out = '';
  child.stderr.resume();
  child.stdout.on('data', (part) => (out += String(part)));
  const ended = new Promise<string>((done) => {
    child.once('close', () => done(out));
  });
  return { ended, kill: () => process.kill(-child.pid!, 'SIGKILL') };
}

function forget(): void {
  for (const folder of [state, process.env.ATTUNE_HOME!]) rmSync(folder, { recursive: true, force: true });
}

writeManual();
const began = performance.now();
const begun = await start().ended;
if (!begun.includes('"stages"')) throw new Error(`The pipeline does not come up: ${begun}`);
const first = JSON.parse(begun) as PipelineUp;
const span = performance.now() - began;
const whole = bytes();
console.log(`up: ${first.stages.map(({ stage, state: reached }) => `${stage} ${reached}`).join(', ')}`);
const again = JSON.parse(await start().ended) as PipelineUp;
const idle = again.stages.every(({ state: reached }) => reached === 'unchanged');
console.log(idle ? 'a second call does nothing' : 'A SECOND CALL RAN STAGES');

forget();
const differing = new Set<string>();
/** Compares the whole state of a pipeline that is up. */
function check(): void {
  const after = bytes();
  const paths = new Set([...Object.keys(whole), ...Object.keys(after)]);
  for (const path of paths) if (whole[path] !== after[path]) differing.add(path);
}

let kills = 0;
for (let time = 0; kills < TIMES; time++) {
  const { ended, kill } = start();
  const moment = (randomUnit([7, 'pipeline kill', time]) * span) / 2;
  if (await Promise.race([ended.then(() => true), sleep(moment, false)])) {
    // If the pipeline was up before, starts over, so that there is something to kill.
    check();
    forget();
    continue;
  }
  kill();
  kills++;
  await ended;
}
await start().ended;
check();
console.log(`${kills} kills, ${Object.keys(whole).length} files, ${differing.size} differ ${[...differing].join(' ')}`);

const server = await serve({ models: [], registry: true, port: 0, log: 'silent' });
const page = join(root, 'manual', readdirSync(join(root, 'manual'))[0]);
const input = readFileSync(join(page, readdirSync(page)[0]), 'utf8').slice(0, 2000);
const answer = await fetch(`${server.url}/v1/classify`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'manual', input }),
});
console.log(
  `POST /v1/classify of a page of ${basename(page)}: ${answer.status} ${(await answer.text()).slice(0, 300)}`,
);
await server.close();
rmSync(root, { recursive: true, force: true });
process.exitCode = idle && differing.size === 0 && answer.ok ? 0 : 1;
