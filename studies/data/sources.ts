/** Source files like those of users, for the pipelines in studies/pipelines: manuals, emails, a catalogue. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalogue } from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { isReservedSource } from '../../src/app/quickstart/tasks/reserved-packages.ts';
import { fetchDebianTrees } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import { fetchDebianIndex } from '../../src/app/quickstart/tasks/sources/debian-index.ts';
import { writeWholeFolder } from '../../src/files/whole-folder.ts';
import type { Setting } from '../example.ts';
import { writeRows, type Row } from '../rows.ts';
import { writeMails } from './mail.ts';
import { TOPICS } from './sections.ts';

/** These manuals were not in attune-base's pre-training data. */
const MANUALS = 'debhelper dpkg-dev devscripts sbuild maint-guide debmake-doc debian-faq git-buildpackage'.split(' ');
const MANUAL_FILE = /^usr\/share\/(?:doc\/.*\.(?:html|pdf|pdf\.gz)|man\/.*\.gz)$/;

/** HTML, PDF and man pages of eight packages, in all their languages. */
export function fetchManuals(setting: Setting): Promise<string> {
  return once(setting, 'manuals', async (draft) => {
    const wanted = {
      packageNames: MANUALS,
      to: join(draft, 'manuals'),
      wants: (path: string) => MANUAL_FILE.test(path),
    };
    await fetchDebianTrees(join(setting.folder, 'apt'), wanted, setting);
  });
}

/** SpamAssassin's emails as .eml files with attachments, in a folder for each class. */
export function fetchMailFiles(setting: Setting): Promise<string> {
  return once(setting, 'mails', (draft) => writeMails(join(draft, 'mails'), setting));
}

const SHORTEST = 80;

/**
 * Packages of twelve sections with their attributes, one per source package, none of them seen by attune-base, in its
 * stanza.
 */
export function fetchCatalogue(setting: Setting): Promise<string> {
  return once(setting, 'catalogue', async (draft) => {
    const index = await fetchDebianIndex(join(setting.folder, 'apt'), ['en'], setting);
    const tags = new Map<string, string>();
    for await (const stanza of index.packages()) {
      const [name, tag] = [stanza.get('Package'), stanza.get('Tag')];
      if (name !== undefined && tag !== undefined && !tags.has(name)) tags.set(name, tag);
    }
    const rows: Row[] = [];
    const sources = new Set<string>();
    for (const { name, source, section, synopsis, description } of (await readCatalogue(index)).values()) {
      const tag = tags.get(name);
      if (
        !TOPICS.includes(section) ||
        tag === undefined ||
        description.length < SHORTEST ||
        !isReservedSource(source) ||
        sources.has(source)
      )
        continue;
      sources.add(source);
      rows.push({
        name,
        section,
        interface: facet(tag, 'interface'),
        implemented_in: facet(tag, 'implemented-in'),
        description: `${synopsis}\n${description}`,
      });
    }
    writeRows(join(draft, 'catalogue.jsonl'), rows);
  });
}

/** "interface::commandline, role::program" → "commandline"; the first if there are several. */
function facet(tags: string, name: string): string | null {
  return new RegExp(`(?:^|[\\s,])${name}::([\\w+-]+)`).exec(tags)?.[1] ?? null;
}

/** The folder to which a pipeline's sources are relative, created on first use. */
async function once(setting: Setting, name: string, make: (draft: string) => unknown): Promise<string> {
  const folder = join(setting.folder, 'files', name);
  if (!existsSync(folder)) await writeWholeFolder(folder, (draft) => Promise.resolve(make(draft)));
  return folder;
}
