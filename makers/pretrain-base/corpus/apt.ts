import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../../src/base/errors.ts';
import { runCommand } from './commands.ts';

/** A package's entry in the index. */
export interface PackageRecord {
  package: string;
  version: string;
  /** Bytes to download. */
  size: number;
  depends: readonly string[];
  fields: ReadonlyMap<string, string>;
}

/**
 * Debian packages through apt, without changing the system: private package lists need no root, and contain the English
 * descriptions even where the machine's apt leaves them out.
 */
export class AptCache {
  private readonly folder: string;
  private readonly configuration: string;

  constructor(folder: string) {
    this.folder = join(folder, 'apt');
    this.configuration = join(this.folder, 'apt.conf');
  }

  /**
   * Downloads the package lists and the English descriptions once. Later builds reuse them, so that the corpus stays
   * the same.
   */
  update(log: (line: string) => void): void {
    for (const part of ['lists/partial', 'cache/archives/partial', 'debs']) {
      mkdirSync(join(this.folder, part), { recursive: true });
    }
    writeFileSync(this.configuration, aptConfiguration(this.folder));
    const mark = join(this.folder, 'updated');
    if (existsSync(mark)) return;
    const output = this.run('apt-get', ['update']).toString('utf8');
    log(`package lists: ${/Fetched [^\n]*/.exec(output)?.[0] ?? 'up to date'}`);
    writeFileSync(mark, `${new Date().toISOString()}\n`);
  }

  show(name: string): PackageRecord {
    const text = this.run('apt-cache', ['show', '--no-all-versions', name]).toString('utf8');
    return toRecord(parseStanzas(text)[0]);
  }

  /**
   * The package with this name or, if that is an empty metapackage, the versioned one that it depends on: linux-doc →
   * linux-doc-6.12.
   */
  resolve(name: string): PackageRecord {
    const record = this.show(name);
    const stem = /^(.*?)(-doc)?$/.exec(name)?.[1] ?? name;
    const real = record.depends.find(
      (other) => other !== name && other.startsWith(stem) && /\d/.test(other.slice(stem.length - 1)),
    );
    return real === undefined ? record : this.show(real);
  }

  /** Downloads one package unless it is in the cache, and returns the path of the file. */
  download(record: PackageRecord, log: (line: string) => void): string {
    const debs = join(this.folder, 'debs');
    const prefix = `${record.package}_${record.version.replaceAll(':', '%3a')}_`;
    const found = (): string | undefined =>
      readdirSync(debs).find((file) => file.startsWith(prefix) && file.endsWith('.deb'));
    if (found() === undefined) {
      log(`download ${record.package} ${record.version}, ${megabytes(record.size)}`);
      const partial = join(this.folder, 'cache');
      this.run('apt-get', ['download', `${record.package}=${record.version}`], partial);
      for (const file of readdirSync(partial).filter((name) => name.endsWith('.deb'))) {
        renameSync(join(partial, file), join(debs, file));
      }
    }
    const file = found();
    if (file === undefined) {
      throw new AttuneError('E_PACKAGE_MISSING', {
        what: `apt-get download left no file for ${record.package}`,
        got: prefix,
      });
    }
    const path = join(debs, file);
    if (statSync(path).size !== record.size) {
      throw new AttuneError('E_PACKAGE_SIZE', {
        what: `${path} has not the size that the index names`,
        got: `${statSync(path).size} bytes`,
        expected: `${record.size} bytes`,
        fix: 'delete the file and run again',
      });
    }
    return path;
  }

  /** Text of every index of one kind (`Packages`, `Translations`) in Debian's main component. */
  indexes(kind: 'Packages' | 'Translations'): string[] {
    const filters = ['--format', '$(FILENAME)', `Created-By: ${kind}`, 'Component: main'];
    const paths = this.run('apt-get', ['indextargets', ...filters])
      .toString('utf8')
      .split('\n');
    return paths
      .filter((path) => path !== '' && (kind === 'Packages' || /Translation-en(?:\.|$)/.test(path)))
      .sort()
      .map((path) => this.run('/usr/lib/apt/apt-helper', ['cat-file', path]).toString('utf8'));
  }

  private run(program: string, parameters: readonly string[], folder?: string): Buffer {
    return runCommand(program, ['-c', this.configuration, ...parameters], folder);
  }
}

function aptConfiguration(folder: string): string {
  return `#clear Acquire::Languages;
Acquire::Languages "en";
Dir::State::lists "${folder}/lists";
Dir::Cache "${folder}/cache";
APT::Sandbox::User "";
`;
}

/** Paragraphs of `Field: value` lines, as in Debian's indexes; continuation lines keep their leading space. */
export function parseStanzas(text: string): Map<string, string>[] {
  return text
    .split(/\n\n+/)
    .filter((stanza) => stanza.trim() !== '')
    .map((stanza) => {
      const fields = new Map<string, string>();
      for (const field of stanza.split(/\n(?=\S)/)) {
        const colon = field.indexOf(':');
        if (colon > 0) fields.set(field.slice(0, colon), field.slice(colon + 1).trim());
      }
      return fields;
    });
}

function toRecord(fields: Map<string, string>): PackageRecord {
  const depends = (fields.get('Depends') ?? '').split(/[,|]/).map((name) => name.trim().split(/[ (:]/)[0]);
  return {
    package: fields.get('Package') ?? '',
    version: fields.get('Version') ?? '',
    size: Number(fields.get('Size')),
    depends: depends.filter((name) => name !== ''),
    fields,
  };
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;
}
