/**
 * `node tools/fuzz-documents.ts [--files 300] [--seed 1] [--from FOLDER] [--keep FOLDER]` damages files of every format
 * (those of a folder, or one of each kind) and reads them as `data prepare` does. It fails if a file is missing from
 * the report, crashes its reader, or takes more than 30 seconds.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findDocuments, readDocuments, type FileOutcome } from '@attune/documents';
import { brokenFiles } from '../packages/documents/test/broken.ts';
import { allSamples } from '../packages/documents/test/samples.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string' },
    keep: { type: 'string' },
  },
});
const MOST_SECONDS = 30;
const MOST_BYTES = 1 << 20;
const MOST_OF_ENDING = 20;

const whole = [...(values.from === undefined ? [] : filesOf(values.from)), ...(await allSamples())];
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'attune-fuzz-'));
mkdirSync(folder, { recursive: true });
try {
  const broken = brokenFiles(whole, { count: Number(values.files), seed: Number(values.seed) });
  for (const [name, data] of broken) writeFileSync(join(folder, name), data);
  writeFileSync(join(folder, 'z.txt'), 'Whole.');
  process.exitCode = await readAll([...broken.keys()]);
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}

/** Some files of each extension, none of them large. */
function filesOf(from: string): { name: string; data: Buffer }[] {
  const counts = new Map<string, number>();
  const paths = readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size > 0 && statSync(path).size <= MOST_BYTES)
    .sort();
  return paths.flatMap((path) => {
    const ending = path
      .split('/')
      .at(-1)!
      .replace(/^[^.]*/, '');
    const count = counts.get(ending) ?? 0;
    counts.set(ending, count + 1);
    return count < MOST_OF_ENDING ? [{ name: `x${ending}`, data: readFileSync(path) }] : [];
  });
}

async function readAll(names: readonly string[]): Promise<number> {
  const outcomes = new Map<string, FileOutcome>();
  const problems: string[] = [];
  let last = performance.now();
  const onOutcome = (outcome: FileOutcome): void => {
    const seconds = (performance.now() - last) / 1000;
    if (seconds > MOST_SECONDS) problems.push(`${outcome.file}: ${seconds.toFixed(0)} s`);
    last = performance.now();
    outcomes.set(outcome.file.slice(outcome.file.indexOf('/') + 1), outcome);
  };
  const reasons = new Map<string, number>();
  const found = findDocuments([folder], folder);
  for await (const _ of readDocuments(found, { processes: 2, onOutcome })) last = performance.now();
  for (const name of [...names, 'z.txt']) {
    const outcome = outcomes.get(name);
    if (outcome === undefined) {
      problems.push(`${name}: is not in the report`);
      continue;
    }
    const { status, reason = 'read', message = '' } = outcome;
    reasons.set(`${status}: ${reason}`, (reasons.get(`${status}: ${reason}`) ?? 0) + 1);
    if (['crashed', 'too-slow', 'out-of-memory'].includes(reason)) problems.push(`${name}: ${reason}: ${message}`);
    if (status !== 'read' && message === '') problems.push(`${name}: ${reason} without a word`);
  }
  for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(6)} ${reason}`);
  for (const problem of problems) console.log(problem);
  console.log(
    problems.length === 0 ? `${names.length} broken files, each in the report` : `${problems.length} problems`,
  );
  return problems.length === 0 ? 0 : 1;
}
