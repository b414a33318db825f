import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../../../base/errors.ts';
import { writeFileAtomic } from '../../../../files/atomic.ts';
import type { FetchOptions } from '../../../fetch/fetch-options.ts';
import { runCommand } from '../../../fetch/run-command.ts';
import { readStanzas, type Stanza } from './stanzas.ts';

/** Debian's package index as apt verified it by its signature. */
export interface DebianIndex {
  /** Stanzas of the packages: Package, Source, Section, … */
  packages(): AsyncGenerator<Stanza>;
  /** Stanzas with `Description-<language>` and the MD5 sum of the English text it translates. */
  descriptions(language: string): AsyncGenerator<Stanza>;
}

const APT = 'apt-get';

/** Reason for a missing Debian index, as a clause. */
export function noDebianIndex(): string | undefined {
  const found = spawnSync(APT, ['--version'], { stdio: 'ignore' }).status === 0;
  return found ? undefined : 'this machine has no apt';
}

/**
 * Fetches the package lists with descriptions in the given languages into a folder of their own: the system's lists
 * stay as they are, no root is needed, and a machine whose apt leaves out descriptions has them all the same.
 */
export async function fetchDebianIndex(
  folder: string,
  languages: readonly string[],
  options: FetchOptions = {},
): Promise<DebianIndex> {
  const configuration = prepare(folder, languages);
  const apt = (...parameters: string[]) =>
    runCommand(APT, ['-c', configuration, ...parameters], {
      signal: options.signal,
      environment: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    });
  const output = await apt('update', '--error-on=any');
  options.log?.(`package lists through apt: ${/Fetched [^\n]*/.exec(output)?.[0] ?? 'up to date'}`);
  const format = '$(CREATED_BY) $(COMPONENT) $(LANGUAGE) $(FILENAME)';
  const targets = (await apt('indextargets', '--format', format)).split('\n').map(parseTarget);
  const files = (kind: string, language = '') =>
    targets.filter(
      (target) => target.kind === kind && target.language === language && COMPONENTS.has(target.component),
    );
  return {
    packages: () => readAll(files('Packages'), 'package list'),
    descriptions: (language) => readAll(files('Translations', language), `descriptions in "${language}"`),
  };
}

interface Target {
  kind: string;
  component: string;
  language: string;
  file: string;
}

/** Free software only: Debian's main, Ubuntu's main and universe. */
const COMPONENTS = new Set(['main', 'universe']);

/** `Translations main it /path`; apt leaves `$(LANGUAGE)` as it is for lists that have none. */
function parseTarget(line: string): Target {
  const [kind = '', component = '', language = '', ...file] = line.split(' ');
  return { kind, component, language: language.startsWith('$') ? '' : language, file: file.join(' ') };
}

function prepare(folder: string, languages: readonly string[]): string {
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, part), { recursive: true });
  const configuration = join(folder, 'apt.conf');
  // Uncompressed lists can be read without apt; hooks of the system's own updates must not run for ours.
  writeFileAtomic(
    configuration,
    [
      '#clear Acquire::Languages;',
      '#clear APT::Update::Pre-Invoke;',
      '#clear APT::Update::Post-Invoke;',
      '#clear APT::Update::Post-Invoke-Success;',
      `Acquire::Languages { ${languages.map((language) => `"${language}";`).join(' ')} };`,
      'Acquire::GzipIndexes "false";',
      'Acquire::Retries "3";',
      `Dir::State::lists "${folder}/lists";`,
      `Dir::Cache "${folder}/cache";`,
      'APT::Sandbox::User "";',
      '',
    ].join('\n'),
  );
  return configuration;
}

async function* readAll(targets: readonly Target[], what: string): AsyncGenerator<Stanza> {
  const files = [...new Set(targets.map((target) => target.file))].filter((file) => existsSync(file)).sort();
  if (files.length === 0) {
    throw new AttuneError('E_NO_DEBIAN_INDEX', {
      what: `apt found no ${what}`,
      expected: 'package sources of a Debian or Ubuntu release in /etc/apt',
      fix: 'check /etc/apt/sources.list.d, or choose a task whose data comes from npm',
    });
  }
  for (const file of files) yield* readStanzas(file);
}
