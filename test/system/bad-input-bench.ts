// A folder with a tiny model and good rows, from which each test of bad input makes its own bad copy.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { CommandHost } from './command-host/command-host.ts';
import { writeTinyModel } from './cli-tiny-model.ts';

export interface FailureDocument {
  code: string;
  what: string;
  got?: string;
  expected?: string;
  fix?: string;
  problems: { message: string; file?: string; line?: number; field?: string; fix?: string }[];
}

export class BadInputBench {
  readonly bin = resolve('bin/attune');
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  #host?: CommandHost;

  private constructor(folder: string) {
    this.folder = folder;
    const home = { ATTUNE_HOME: join(folder, 'home'), HF_HOME: join(folder, 'hub') };
    // Tests do not download anything.
    this.env = { ...process.env, ...home, HF_HUB_OFFLINE: '1', NO_COLOR: '1' };
  }

  static async make(): Promise<BadInputBench> {
    const bench = new BadInputBench(mkdtempSync(join(tmpdir(), 'attune-bad-input-')));
    const rows = Array.from({ length: 30 }, (_, index) => ({
      messages: [
        { role: 'user', content: `Where is parcel ${index * 37}?` },
        { role: 'assistant', content: `Parcel ${index * 37} is on its way.` },
      ],
    }));
    bench.write('good.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await writeTinyModel(bench.path('model'), bench.text('good.jsonl'));
    return bench;
  }

  path(name: string): string {
    return join(this.folder, name);
  }
  text(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }
  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }
  copy(from: string, to: string): void {
    cpSync(this.path(from), this.path(to), { recursive: true });
  }
  /** Changes a JSON file in place. */
  edit(name: string, changes: Record<string, unknown>): void {
    this.write(name, JSON.stringify({ ...(JSON.parse(this.text(name)) as object), ...changes }));
  }
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs the command with `--json`, in a folder of the bench; standard output must be one JSON document. */
  run(
    argv: readonly string[],
    { input, folder = '.' }: { input?: string; folder?: string } = {},
  ): { code: number | null; document: Record<string, unknown>; stderr: string } {
    this.#host ??= new CommandHost(this.env);
    const outcome = this.#host.run({ argv: [...argv, '--json'], folder: this.path(folder), input });
    return { ...outcome, document: JSON.parse(outcome.stdout) as Record<string, unknown> };
  }

  /** The error of a command that must fail because of the user: exit code 1 and a specific error code. */
  failure(argv: readonly string[], { input }: { input?: string } = {}): FailureDocument {
    const { code, document, stderr } = this.run(argv, { input });
    const error = document.error as FailureDocument | undefined;
    if (error === undefined) throw new Error(`no error in ${JSON.stringify(document)}\n${stderr}`);
    if (code !== 1) throw new Error(`exit code ${code}: ${JSON.stringify(error)}`);
    return error;
  }

  /** A valid command line for three training steps, with changes. */
  train({ model = 'model', rows = 'good.jsonl' }, ...more: string[]): string[] {
    const settings = ['--model', model, '--train', rows, '--evaluation.every', 'never', '--precision', 'f32'];
    return ['train', ...settings, ...(more.includes('--max-steps') ? [] : ['--max-steps', '3']), ...more];
  }

  /** A copy of the model folder with a change. */
  spoiledModel(name: string, change: () => void): string[] {
    this.copy('model', name);
    change();
    return this.train({ model: name }, '--dry-run');
  }

  /** Trains on the user's own rows. */
  trainOn(file: string, ...more: string[]): string[] {
    return this.train({ rows: file }, '--dry-run', ...more);
  }
}
