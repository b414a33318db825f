import { existsSync, readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { functions } from '../../../src/app/api/functions.ts';
import { useCases } from '../../../src/app/use-cases/index.ts';
import { libraryName } from '../../../src/app/use-cases/library.ts';
import * as api from '../../../src/app/index.ts';
import { commands } from '../../../src/cli/commands.ts';
import { readImports } from '../../../tools/check/source-files.ts';
import { apiReference } from '../../../tools/reference.ts';

/** Everything that loading a file loads: files of this package, and packages, each once. */
function loadedBy(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  if (!existsSync(entry)) return seen;
  for (const { target, specifier, typeOnly, dynamic } of readImports(process.cwd(), entry)) {
    if (!typeOnly && !dynamic && !specifier.startsWith('node:')) loadedBy(target ?? specifier, seen);
  }
  return seen;
}

const exported = new Map<string, unknown>(Object.entries(api));

describe('the public API', () => {
  it('loads nothing of what its functions need before they are called', () => {
    const loaded = [...loadedBy('src/app/index.ts')];
    expect(loaded.filter((name) => !/^(src|packages)\//.test(name))).toEqual([]);
    expect(loaded.length).toBeLessThan(70);
    const bytes = loaded.map((name) => readFileSync(name).length).reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(200_000);
  });

  it('has every function of the table under its name', async () => {
    for (const [name, load] of Object.entries(functions)) {
      expect(exported.get(name), name).toBeTypeOf('function');
      expect(await load(), name).toBeTypeOf('function');
    }
  });

  it('has a function for every command', () => {
    expect(Object.keys(useCases).sort()).toEqual([...commands.names].sort());
  });

  it('calls every function in an example that is run', () => {
    const folder = 'examples/api';
    const text = readdirSync(folder)
      .map((name) => readFileSync(`${folder}/${name}`, 'utf8').replaceAll(/import \{[^}]*\} from .*;/g, ''))
      .join('\n');
    const values = [...exported].filter(([, value]) => typeof value === 'function' && value !== api.AttuneError);
    const unused = values.map(([name]) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    const declared = Object.keys(useCases).map(libraryName);
    expect([...unused, ...declared.filter((name) => !text.includes(`${name}(`))]).toEqual([]);
  });
});

/** Members of the interfaces in a file, and whether each has a comment. */
function* membersOf(file: string): Generator<{ owner: string; name: string; isDescribed: boolean }> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  for (const statement of source.statements) {
    if (!ts.isInterfaceDeclaration(statement)) continue;
    for (const member of statement.members) {
      const name = member.name?.getText(source) ?? '';
      yield { owner: statement.name.text, name, isDescribed: ts.getJSDocCommentsAndTags(member).length > 0 };
    }
  }
}

describe('hover documentation', () => {
  it('stands at every function', () => {
    const files = readdirSync('src/app/api').filter((name) => !['functions.ts', 'lazily.ts', 'host'].includes(name));
    for (const name of files) {
      const text = readFileSync(`src/app/api/${name}`, 'utf8');
      for (const before of text.split(/^export const /m).slice(0, -1)) {
        const comment = before.slice(before.lastIndexOf('/**'));
        expect(comment, name).toMatch(/@example|@deprecated/);
        expect(comment, name).toMatch(/\*\/\n$/);
      }
    }
  });

  it('stands at every option', () => {
    const index = readFileSync('src/app/index.ts', 'utf8');
    const exports = [...index.matchAll(/export type \{([^}]*)\} from '(\.[^']+)'/g)];
    const bare = exports.flatMap(([, names, path]) => {
      const wanted = new Set(names.split(',').map((name) => name.trim()));
      const file = `src/app/${path}`.replace('src/app/../', 'src/');
      return [...membersOf(file)]
        .filter(({ owner, isDescribed }) => wanted.has(owner) && /Options$|Request$/.test(owner) && !isDescribed)
        .map(({ owner, name }) => `${owner}.${name}`);
    });
    expect(bare).toEqual([]);
  });

  it('is drawn into a reference of every function', async () => {
    const text = await apiReference();
    const missing = [...Object.keys(useCases).map(libraryName), ...exported.keys()].filter(
      (name) => typeof exported.get(name) !== 'object' && !text.includes(`\n### ${name}\n`),
    );
    expect(missing).toEqual([]);
  });

  it('stands at every key of a recipe', () => {
    const members = [...membersOf('src/app/recipe/recipe-input.generated.ts')];
    expect(members.length).toBeGreaterThan(100);
    expect(members.filter(({ isDescribed }) => !isDescribed)).toEqual([]);
  });
});

describe('attune data steps', () => {
  it('loads what steps take, and neither lexicons nor the engine', () => {
    const files = readdirSync('src/preparation/steps').map((name) => `src/preparation/steps/${name}`);
    const loaded = new Set<string>();
    for (const file of ['src/app/describe-steps.ts', ...files]) loadedBy(file, loaded);
    const heavy = [...loaded].filter((name) => /^src\/(tensor|nn|worker)\/|^@huggingface\/hub/.test(name));
    expect(heavy).toEqual([]);
    const privacy = [...loaded].filter((name) => name.startsWith('packages/privacy/'));
    expect(privacy.toSorted()).toEqual(['packages/privacy/src/kinds.ts']);
  });
});
