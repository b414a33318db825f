import { AttuneError } from '../../base/errors.ts';
import { formatTime, plural } from '../../base/format.ts';
import { withoutCredentials } from '../../base/secrets.ts';
import { shortPath } from '../terminal/short-path.ts';
import type { DocumentLineage, ModelLineage } from '../registry/lineage.ts';
import type { UserLineage } from '../registry/user-lineage.ts';
import { defineUseCase, resultType } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary:
    'show what a registered model was made from, down to the documents; or which models a document or user went into',
  arguments: ({ optionalArgument }) => [
    optionalArgument('model', 'MODEL', 'a registered model, tickets@3 or tickets@challenger'),
  ],
  options: ({ text }) => ({
    document: text('FILE', 'a document or file of rows, instead of a model'),
    user: text('USER', 'a user of served models, as in requests, instead of a model'),
  }),
  effects: [],
  examples: ['lineage tickets', 'lineage --document contracts/miller.pdf', 'lineage --user customer-4711'],
  resultWith: { document: resultType<DocumentLineage>(), user: resultType<UserLineage>() },
  async run({ model, document, user }): Promise<ModelLineage | DocumentLineage | UserLineage> {
    if ([document, user, model].filter((one) => one !== undefined).length !== 1) {
      throw new AttuneError('E_USAGE', { what: 'attune lineage takes one of MODEL, --document FILE and --user USER' });
    }
    if (user !== undefined) return (await import('../registry/user-lineage.ts')).userLineage(user);
    const { documentLineage, modelLineage } = await import('../registry/lineage.ts');
    return document === undefined ? modelLineage(model!) : documentLineage(document);
  },
  render: (lineage) =>
    'document' in lineage ? ofDocument(lineage) : 'user' in lineage ? ofUser(lineage) : ofModel(lineage),
});

function ofUser({ user: given, models, answers, feedback }: UserLineage): string {
  const user = withoutCredentials(given);
  const trained = models.map(({ version, aliases, rows }) => {
    const named = aliases.length === 0 ? '' : ` (${aliases.join(', ')})`;
    return `${version}${named}: trained on ${plural(rows, 'rows')}`;
  });
  const kept = `${plural(answers, 'answers')} and ${plural(feedback, 'pieces of feedback')} are stored`;
  return [...(trained.length === 0 ? [`${user} is in the data of no registered model`] : trained), kept].join('\n');
}

function ofDocument({ document, models, unknown }: DocumentLineage): string {
  const found = models.map(({ version, aliases, split, rows }) => {
    const named = aliases.length === 0 ? '' : ` (${aliases.join(', ')})`;
    return `${version}${named}: ${rows === null ? '' : `${plural(rows, 'rows')} `}in ${split}`;
  });
  const gaps = unknown.map((version) => `${version}: its data can no longer be read`);
  return [found.length === 0 ? `${document} is in the data of no registered model` : found.join('\n'), ...gaps].join(
    '\n',
  );
}

function ofModel({ version, aliases, made, base, data, gaps, audit }: ModelLineage): string {
  const { hashes, run, runFolder, folder, verdict, gate, signOff } = made;
  const facts: [string, string | undefined][] = [
    ['aliases', aliases.join(', ') || 'none'],
    ['weights', `${shortPath(folder)}  sha256 ${hashes.weights}`],
    ['base', base === undefined ? undefined : `${base}  sha256 ${hashes.base ?? '?'}`],
    ['template', hashes.template ? `sha256 ${hashes.template}` : undefined],
    ['run', run === undefined ? undefined : `${run}  ${shortPath(runFolder ?? '')}`],
    ['verdict', verdict],
    ['gate', gate === undefined ? undefined : gate.isPassed ? 'passed' : 'failed'],
    ['signed off', signOff && `${signOff.decision} by ${signOff.by}`],
    ...Object.entries(hashes.data).map(([split, hash]): [string, string] => [`rows, ${split}`, `sha256 ${hash}`]),
  ];
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(18)}${value}`]));
  const files = data.flatMap(({ split, path, sha256, documents, dataSet }) => [
    `  ${split.padEnd(18)}${shortPath(path)}  ${sha256 === undefined ? 'gone' : `sha256 ${sha256}`}`,
    ...(dataSet === undefined
      ? []
      : [`${''.padEnd(20)}data set ${dataSet.hash}, of ${plural(dataSet.sources.length, 'files')}`]),
    ...Object.entries(documents).map(([name, rows]) => `${''.padEnd(20)}${name}  ${plural(rows, 'rows')}`),
  ]);
  const acts = audit.map(({ at, by, action }) => `  ${formatTime(at)}  ${action} by ${by}`);
  return [version, ...lines, ...files, ...gaps.map((gap) => `  ! ${gap}`), ...acts].join('\n');
}
