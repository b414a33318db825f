import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, sha256File } from '../../../files/hash.ts';
import { templateHash, type Tokenizer } from '../../../models/text/index.ts';
import { adapterWeights } from '../../model/base-model.ts';

/** Hash of an adapter's tensors, configuration and chat template, independent of its name. */
export async function identityOf(folder: string, tokenizer: Tokenizer): Promise<string> {
  const config = sha256(readFileSync(join(folder, 'adapter_config.json')));
  return sha256(JSON.stringify([await sha256File(adapterWeights(folder)), config, templateHash(tokenizer)]));
}

/** Fingerprint of a folder's files by metadata, without reading them: it changes when they are rewritten. */
export function stampOf(folder: string): string {
  const stats = readdirSync(folder)
    .toSorted()
    .map((name) => [name, statSync(join(folder, name), { bigint: true })] as const);
  return stats.map(([name, { size, mtimeNs, ino }]) => `${name} ${size} ${mtimeNs} ${ino}`).join('\n');
}

/** Names of files that define tokenization and prompt templates. */
export const TOKENIZER_FILE = /token|vocab|merges|template|spiece|generation_config/i;

/** Shares tokenizers between adapters with identical files; one may have a hundred thousand entries. */
export class SharedTokenizers {
  readonly #known = new Map<string, Promise<Tokenizer>>();

  /** The tokenizer of a folder's files, created by `load` once; `use` stands for everything else that it depends on. */
  of(folder: string, use: unknown, load: () => Promise<Tokenizer>): Promise<Tokenizer> {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      TOKENIZER_FILE.test(name),
    );
    const files = names.toSorted().filter((name) => statSync(join(folder, name)).isFile());
    const key = JSON.stringify([use, files.map((name) => [name, sha256(readFileSync(join(folder, name)))])]);
    const known = this.#known.get(key) ?? load();
    this.#known.set(key, known);
    known.catch(() => this.#known.delete(key));
    return known;
  }
}
