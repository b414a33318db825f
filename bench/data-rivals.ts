/** The most similar tools available from Debian and npm, on the same rows. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Programs of Debian that read, write or normalise Unicode, as far as they are installed. */
export function benchCommands(path: string, bytes: number): void {
  const commands = [
    ['jq -c . (read and write)', 'jq', ['-c', '.', path]],
    ['mlr cat (read and write)', 'mlr', ['--ijsonl', '--ojsonl', 'cat', path]],
    ['uconv -x any-nfc (Unicode form alone)', 'uconv', ['-x', 'any-nfc', path]],
  ] as const;
  for (const [name, program, words] of commands) {
    const timed = ['-c', 'TIMEFORMAT="%U %S"; time "$0" "$@" > /dev/null', program, ...words];
    const { stderr, status } = spawnSync('bash', timed, { encoding: 'utf8' });
    const times = stderr.trim().split('\n').at(-1)!.split(' ');
    const seconds = times.reduce((sum, part) => sum + Number(part), 0);
    console.log(`${name.padEnd(44)} ${status === 0 ? (bytes / 1e6 / seconds).toFixed(1) : 'is not here'}`);
  }
}

export type Rate = (name: string, bytes: number, work: () => unknown) => Promise<void>;

interface Minhash {
  update(word: string): void;
  hashvalues: number[];
}
interface LshIndex {
  insert(key: string, hash: Minhash): void;
  query(hash: Minhash): string[];
}

/** Packages in the node_modules of a folder: redact-pii, minhash, @huggingface/tokenizers. */
export async function benchPackages(
  { folder, model }: { folder: string; model: string },
  texts: readonly string[],
  rate: Rate,
): Promise<void> {
  const require = createRequire(join(folder, 'package.json'));
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const { SyncRedactor } = require('redact-pii') as { SyncRedactor: new () => { redact(text: string): string } };
  const redactor = new SyncRedactor();
  await rate('redact-pii (English, 11 kinds)', bytes, () => texts.forEach((text) => redactor.redact(text)));
  const lib = require('minhash') as {
    Minhash: new (options: { numPerm: number }) => Minhash;
    LshIndex: new (options: { bandSize: number }) => LshIndex;
  };
  await rate('minhash with its index (128 hashes, words)', bytes, () => {
    const index = new lib.LshIndex({ bandSize: 4 });
    for (const [row, text] of texts.entries()) {
      const hash = new lib.Minhash({ numPerm: 128 });
      for (const word of text.toLowerCase().split(/\W+/)) hash.update(word);
      index.insert(String(row), hash);
      index.query(hash);
    }
  });
  type Tokenizers = { Tokenizer: new (json: unknown, config: unknown) => { encode(text: string): unknown } };
  const loaded = (await import(pathToFileURL(require.resolve('@huggingface/tokenizers')).href)) as Tokenizers & {
    default?: Tokenizers;
  };
  const { Tokenizer } = loaded.default ?? loaded;
  const [json, config] = ['tokenizer.json', 'tokenizer_config.json'].map(
    (name) => JSON.parse(readFileSync(join(model, name), 'utf8')) as unknown,
  );
  const tokenizer = new Tokenizer(json, config);
  await rate('@huggingface/tokenizers (4,096 pieces)', bytes, () => texts.forEach((text) => tokenizer.encode(text)));
}
