import { join } from 'node:path';
import { AttuneError } from '../../src/base/errors.ts';
import { unknownName } from '../../src/base/registry.ts';
import { writeFileAtomic } from '../../src/files/atomic.ts';
import { AptCache, megabytes } from './corpus/apt.ts';
import { assemble, type Manifest } from './corpus/assemble.ts';
import { cacheFolder } from './corpus/cache-folder.ts';
import { collectDescriptions, collectSource } from './corpus/collect.ts';
import { SOURCES } from './corpus/sources.ts';

/**
 * `node makers/pretrain-base/build-corpus.ts [source …]` downloads and extracts the base model's corpus and writes it.
 * With names it builds only those sources, in a separate folder.
 */
async function buildCorpus(names: readonly string[]): Promise<void> {
  checkNames(names);
  const started = Date.now();
  const folder = cacheFolder();
  const log = (line: string): void => console.error(line);
  const apt = new AptCache(folder);
  apt.update(log);
  const {
    collected: descriptions,
    descriptions: { reserved, reservedSources },
  } = collectDescriptions({ folder, apt, log });
  const collected = names.length === 0 || names.includes('descriptions') ? [descriptions] : [];
  for (const source of SOURCES) {
    if (names.length > 0 && !names.includes(source.name)) continue;
    collected.push(await collectSource(source, { folder, apt, log }));
  }
  const corpus = join(folder, names.length === 0 ? 'corpus' : 'corpus-part');
  const manifest = assemble(corpus, collected, reserved);
  writeFileAtomic(join(corpus, 'reserved-sources.txt'), `${reservedSources.join('\n')}\n`);
  print(manifest, corpus, (Date.now() - started) / 1000);
}

function checkNames(names: readonly string[]): void {
  const known = ['descriptions', ...SOURCES.map((source) => source.name)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownName('source', 'E_UNKNOWN_SOURCE', unknown, known);
}

function print(manifest: Manifest, folder: string, seconds: number): void {
  console.log('source            documents   training MB  x  held out MB  repeats MB  licence');
  for (const source of manifest.sources) {
    const cells = [
      source.name.padEnd(17),
      String(source.documents).padStart(9),
      (source.bytes / 1e6).toFixed(2).padStart(13),
      String(source.repeat).padStart(3),
      (source.heldOutBytes / 1e6).toFixed(3).padStart(12),
      (source.repeatedBytesDropped / 1e6).toFixed(2).padStart(11),
      ` ${source.licence}`,
    ];
    console.log(cells.join(''));
  }
  const { documents, unique, train, heldOut } = manifest.totals;
  console.log(
    `${documents} documents, ${megabytes(unique)}, with repeats ${megabytes(train)}; held out ${megabytes(heldOut)}`,
  );
  console.log(`${folder} after ${seconds.toFixed(0)} s`);
}

try {
  await buildCorpus(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof AttuneError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
