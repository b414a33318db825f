import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../../../base/errors.ts';
import { writeFileAtomic } from '../../../../files/atomic.ts';
import type { FetchOptions } from '../../../fetch/fetch-options.ts';
import { runCommand } from '../../../fetch/run-command.ts';
import { readStanzas, type Stanza } from './stanzas.ts';

/** Debian's package index, whose signature apt has verified. */
export interface DebianIndex {
  /** Stanzas of the packages: Package, Source, Section, … */
  packages(): AsyncGenerator<Stanza>;
  /** Stanzas with `Description-<language>` and the MD5 of the English text that it translates. */
  descriptions(language: string): AsyncGenerator<Stanza>;
}

const APT = 'apt-get';

/** Why this machine has no Debian index, as a clause; undefined if it has. */
export function noDebianIndex(): string | undefined {
  const found = spawnSync(APT, ['--version'], { stdio: 'ignore' }).status === 0;
  return found ? undefined : 'this machine has no apt';
}

/**
 * Downloads the package lists with descriptions in the given languages to a separate folder. The system's lists are
 * unaffected, root is not needed, and it works if apt is configured without descriptions.
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

/** Components with free software: Debian's main, Ubuntu's main and universe. */
const COMPONENTS = new Set(['main', 'universe']);

/** Parses `Translations main it /path`; apt leaves `$(LANGUAGE)` unexpanded for lists without a language. */
function parseTarget(line: string): Target {
  const [kind = '', component = '', language = '', ...file] = line.split(' ');
  return { kind, component, language: language.startsWith('$') ? '' : language, file: file.join(' ') };
}

function prepare(folder: string, languages: readonly string[]): string {
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, part), { recursive: true });
  const configuration = join(folder, 'apt.conf');
  // Uncompressed lists can be read without apt; hooks of the system's updates must not run.
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
