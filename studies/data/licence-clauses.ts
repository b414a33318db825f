/** Clauses of the licences in Debian's package base-files, each with its place in the file. */
import { join } from 'node:path';
import { fetchDebianFiles } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import type { Setting } from '../example.ts';

const FOLDER = 'usr/share/common-licenses';
/** Later versions and licences of other families are held out. */
const KNOWN = ['GPL-1', 'GPL-2', 'LGPL-2', 'LGPL-2.1', 'GFDL-1.1', 'GFDL-1.2', 'MPL-1.1', 'CC-BY-SA-4.0', 'Artistic'];
const HELD_OUT = ['GPL-3', 'GFDL-1.3', 'MPL-2.0', 'Apache-2.0', 'CC-BY-4.0', 'Artistic-2.0', 'OFL-1.1', 'CC-BY-3.0'];
const [SHORTEST_QUESTION, SHORTEST_CLAUSE] = [30, 60];

export interface Clause {
  licence: string;
  /** Character offsets in the file. */
  from: number;
  to: number;
  /** First sentence of the clause, and the rest of it. */
  question: string;
  rest: string;
}

export async function fetchClauses(setting: Setting): Promise<Record<'train' | 'test', Clause[]>> {
  const names = [...KNOWN, ...HELD_OUT];
  const wanted = { packageName: 'base-files', paths: names.map((name) => join(FOLDER, name)) };
  const files = await fetchDebianFiles(join(setting.folder, 'apt'), wanted, setting);
  const clauses = names.map((name, i) => clausesOf(name, files[i].toString('utf8')));
  const seen = new Set<string>();
  const once = (some: readonly Clause[]) => some.filter(({ rest }) => !seen.has(rest) && seen.add(rest));
  return { train: once(clauses.slice(0, KNOWN.length).flat()), test: once(clauses.slice(KNOWN.length).flat()) };
}

/** Paragraphs of two or more sentences: the first sentence is the question, the others are the answer. */
export function clausesOf(licence: string, text: string): Clause[] {
  return [...text.matchAll(/\S(?:.|\n(?!\s*\n))+/gu)].flatMap((paragraph): Clause[] => {
    const [written] = paragraph;
    const from = paragraph.index;
    const plain = written.replaceAll(/\s+/gu, ' ');
    const [, question = '', rest = ''] = /^(.+?[.:;]) (.+)$/u.exec(plain.replace(/^(?:\d+|[a-z])[.)] /u, '')) ?? [];
    if (question.length < SHORTEST_QUESTION || rest.length < SHORTEST_CLAUSE) return [];
    return [{ licence, from, to: from + written.length, question, rest }];
  });
}
