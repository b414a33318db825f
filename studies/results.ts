import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../src/files/atomic.ts';
import type { Findings, Page, Table } from './example.ts';

/** One example's section of the file. */
export interface Section {
  name: string;
  title: string;
  /** Date, machine, commit, command and duration. */
  provenance: string;
  findings: Findings;
}

const HEAD = `# What the examples found

\`npm run studies\` writes this file: real tasks on data that install by package name, run by attune's own functions. ${[
  '`-- NAME…` runs some (`data` only so), `--quick` smaller ones; each run replaces its own part.',
  'How much personal data is found, on rows that nobody had tuned by, stands at the end; earlier sets in',
  '[personal-data.md](personal-data.md). Intervals are of 95 %; ▲ better, ▼ worse, · no evidence.',
].join(' ')}
`;

/** Default page of studies. */
export const RESULTS: Page = { file: 'results.md', head: HEAD };

/** Replaces the example's earlier section, or inserts it in the given order. */
export function writeSection(
  { folder, head, file }: Page & { folder: string },
  section: Section,
  order: readonly string[],
): void {
  const path = join(folder, file);
  const sections = existsSync(path) ? readSections(readFileSync(path, 'utf8')) : new Map<string, string>();
  sections.set(section.name, sectionText(section));
  const names = [...sections.keys()].toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  writeFileAtomic(path, `${[head, ...names.map((name) => sections.get(name)!)].join('\n')}`);
}

/** Sections by the name in the comment at their beginning. */
function readSections(text: string): Map<string, string> {
  const parts = text.split(/^(?=<!-- example: [\w-]+ -->$)/m).slice(1);
  return new Map(parts.map((part) => [/example: ([\w-]+)/.exec(part)![1], `${part.trim()}\n`]));
}

export function sectionText({ name, title, provenance, findings }: Section): string {
  const { about, tables, verdict } = findings;
  const parts = [
    `<!-- example: ${name} -->`,
    `## ${title}`,
    provenance,
    ...about,
    ...tables.map(tableText),
    ...verdict,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** A caption and a table in Markdown. */
export function tableText({ caption, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`${caption}:`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
