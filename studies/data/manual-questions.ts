/**
 * Questions about options in Debian's manual pages, each with an excerpt of the page that does or does not contain the
 * answer.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { shuffled } from '../../src/base/random.ts';
import { fetchDebianTrees } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import { writeWholeFolder } from '../../src/files/whole-folder.ts';
import type { Setting } from '../example.ts';
import { writeRows, type Row } from '../rows.ts';

const PACKAGES = ['dpkg-dev', 'dpkg', 'devscripts', 'debhelper'];
const PAGE = /^usr\/share\/man\/man\d\/.*\.gz$/;
const OPTIONS_SHOWN = 4;
const TEST_SHARE = 0.3;
const WITHHELD = 'I do not know.';

export interface ManualFiles {
  train: string;
  test: string;
  pages: number;
}

interface Option {
  name: string;
  text: string;
}

/** Whole pages are held out. */
export async function fetchManualQuestions(setting: Setting): Promise<ManualFiles> {
  const folder = join(setting.folder, 'manual-pages');
  if (!existsSync(folder)) {
    await writeWholeFolder(folder, async (draft) => {
      const wanted = { packageNames: PACKAGES, to: draft, wants: (path: string) => PAGE.test(path) };
      await fetchDebianTrees(join(setting.folder, 'apt'), wanted, setting);
    });
  }
  const pages = pagesOf(folder).filter((options) => options.length > OPTIONS_SHOWN);
  const mixed = shuffled(pages, [5, 'manual-pages']);
  const held = Math.round(mixed.length * TEST_SHARE);
  const files = { train: join(setting.folder, 'manual-train.jsonl'), test: join(setting.folder, 'manual-test.jsonl') };
  writeRows(
    files.test,
    mixed.slice(0, held).flatMap((options, page) => rowsOf(options, page)),
  );
  writeRows(
    files.train,
    mixed.slice(held).flatMap((options, page) => rowsOf(options, held + page)),
  );
  return { ...files, pages: pages.length };
}

function pagesOf(folder: string): Option[][] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  return paths.map((path) => optionsOf(gunzipSync(readFileSync(path)).toString('utf8')));
}

/** Entries of the page that begin with two dashes, each with its first sentence. */
export function optionsOf(page: string): Option[] {
  const entries = page.split(/^\.(?:TP|IP|PP|SH|SS|RE|RS|Vb)\b/mu).map((entry) => plain(entry));
  const found = entries.flatMap((entry): Option[] => {
    const { name, rest } = /^[^\n]*?(?<name>--[a-z][a-z-]+)[^\n]*\n(?<rest>[\s\S]+)$/u.exec(entry)?.groups ?? {};
    const text = /^.{20,160}?[.](?=\s|$)/u.exec((rest ?? '').replaceAll(/\s+/gu, ' ').trim())?.[0];
    return name === undefined || text === undefined ? [] : [{ name, text }];
  });
  const names = new Set<string>();
  return found.filter(({ name }) => !names.has(name) && names.add(name));
}

/** Without troff's markup. */
function plain(text: string): string {
  return text
    .replaceAll(/^\.\\".*$|^\.IX .*$|^\.[A-Z][A-Za-z]* ?/gmu, '')
    .replaceAll(/\\f(?:\[[^\]]*\]|\([A-Z]{2}|[A-Z0-9])|\\[&/|]/gu, '')
    .replaceAll(/\\\(aq|\\\(cq|\\\[aq\]/gu, "'")
    .replaceAll('\\-', '-')
    .replaceAll(/^[ "]+|"$/gmu, '')
    .trim();
}

/**
 * One question about each option with an excerpt that describes it, and for half of the options another one with an
 * excerpt that does not.
 */
function rowsOf(options: readonly Option[], page: number): Row[] {
  return options.flatMap((option, place) => {
    const others = shuffled(
      options.filter((one) => one !== option),
      [page, 'others', place],
    );
    const silent = others.slice(0, OPTIONS_SHOWN);
    const telling = shuffled([option, ...others.slice(0, OPTIONS_SHOWN - 1)], [page, 'shown', place]);
    const question = `What does ${option.name} do?`;
    return [
      rowOf(telling, question, option.text),
      ...(place % 2 === 0 && silent.length === OPTIONS_SHOWN ? [rowOf(silent, question, null)] : []),
    ];
  });
}

function rowOf(shown: readonly Option[], question: string, answer: string | null): Row {
  const source = shown.map(({ name, text }) => `${name}: ${text}`).join('\n');
  return { question, source, answer, prompt: `${source}\n\n${question}`, completion: answer ?? WITHHELD };
}
