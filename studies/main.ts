/**
 * `npm run studies [-- NAME…] [--quick]` measures real tasks on real data; the results are in docs/results.md. Without
 * names it runs all except those that only run by name (`data`).
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AttuneError } from '../src/base/errors.ts';
import { formatDuration } from '../src/base/format.ts';
import { attuneCache } from '../src/base/home.ts';
import { examples } from './index.ts';
import { runExamples } from './run-examples.ts';
import { RESULTS, sectionText, writeSection } from './results.ts';

const ROOT = join(import.meta.dirname, '..');
const USAGE = 'npm run studies [-- NAME… --quick --only PART]';

// A hundred short runs each start a worker, which would compile the same code again.
process.env.NODE_COMPILE_CACHE ??= join(attuneCache(), 'compiled');

await runExamples(async () => {
  const { values, positionals } = readArguments();
  if (values.help === true) return printUsage();
  const names = positionals.length > 0 ? positionals : examples.names;
  // An unknown name is reported before anything runs.
  const chosen = [];
  for (const name of names) chosen.push({ name, ...(await examples.load(name)) });
  const isMeant = ({ onlyByName = false }) => positionals.length > 0 || !onlyByName;
  for (const one of chosen.filter(isMeant)) await runOne(one, values);
});

function readArguments() {
  const options = {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    const [what] = (error as Error).message.split('. ', 1);
    throw new AttuneError('E_USAGE', { what, expected: USAGE, fix: 'see: npm run studies -- --help' });
  }
}

async function printUsage(): Promise<void> {
  say(`usage: ${USAGE}\n`);
  for (const name of examples.names) {
    const { title, onlyByName = false } = await examples.load(name);
    say(`  ${name.padEnd(16)}${title}${onlyByName ? ' (only where it is named)' : ''}`);
  }
  say(`\n  ${'--quick'.padEnd(16)}fewer rows, one training draw: minutes instead of an hour`);
  say(`  ${'--only PART'.padEnd(16)}one part of a study, such as a field of "fields": printed, not written`);
}

interface Wanted {
  quick?: boolean;
  only?: string;
}

async function runOne(
  example: { name: string } & Awaited<ReturnType<typeof examples.load>>,
  { quick = false, only }: Wanted,
) {
  const { name, title, page = RESULTS } = example;
  const setting = { quick, only, folder: join(attuneCache(), 'examples'), log: (line: string) => say(`  ${line}`) };
  say(title);
  // Read before the run: the code may change in the meantime.
  const code = codeState();
  const started = performance.now();
  const findings = await example.run(setting);
  const command = `npm run studies -- ${name}${quick ? ' --quick' : ''}`;
  const { seconds = (performance.now() - started) / 1000 } = findings;
  const took = formatDuration(seconds);
  const provenance = `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, ${code}, ${machine()}, ${took}.`;
  const section = { name, title, provenance, findings };
  if (only === undefined) writeSection({ ...page, folder: join(ROOT, 'docs') }, section, examples.names);
  else say(sectionText(section));
}

function codeState(): string {
  const git = (...words: string[]) => execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim();
  const changes = git('status', '--porcelain', '--', 'src', 'packages', 'studies', 'native');
  return `commit ${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : ' with changes'}`;
}

function machine(): string {
  const threads = process.env.ATTUNE_THREADS === undefined ? '' : `, ${process.env.ATTUNE_THREADS} used`;
  return `${cpus().length} cores of ${cpus()[0].model.trim()}${threads}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
