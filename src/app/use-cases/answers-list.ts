import { AttuneError } from '../../base/errors.ts';
import { formatTime, plural } from '../../base/format.ts';
import type { AnswerList } from '../../serving/endpoints/answers.ts';
import { parseDuration } from '../terminal/parse-duration.ts';
import { formatTable, tableWidth } from '../terminal/format-table.ts';
import { answerFields } from './shared/answer-fields.ts';
import { defineUseCase } from './use-case.ts';

const EXCERPT = 60;

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'list and search answers of served models, newest first',
  arguments: ({ optionalArgument }) => [optionalArgument('model', 'MODEL', 'its name (default: all models)')],
  options: (fields) => ({
    version: fields.text('NAME', 'only this version'),
    since: fields.parsed(
      fields.z.number().nonnegative(),
      'TIME',
      'start time: 2h, 7d, or a date such as 2026-12-01T05:47',
      { read: (typed) => timeOf(String(typed)) },
    ),
    search: fields.text('TEXT', 'text in question or answer; the server must store texts'),
    flagged: fields.text('SIGNAL', 'with this signal set, such as refusal; any for every signal'),
    alarm: fields.text('ID', 'examples of an alarm'),
    unrated: fields.flag('without feedback'),
    limit: fields.count('N', 'maximum number (20)'),
    after: fields.text('CURSOR', 'the next page, as printed by the previous one'),
    ...answerFields(fields),
  }),
  effects: [],
  examples: ['answers list', 'answers list tickets --flagged any --since 2h', 'answers list --search "order 4711"'],
  async run(options): Promise<AnswerList> {
    const { listAnswers } = await import('../monitor/answers.ts');
    return listAnswers(options);
  },
  render({ data, next, searched_all: isComplete }, terminal) {
    const { colours } = terminal;
    const more =
      next === null
        ? []
        : [colours.dim(`${isComplete ? 'More' : 'Older answers have not been searched yet'}: --after "${next}"`)];
    if (data.length === 0) return ['No matching answers', ...more].join('\n');
    const columns = [
      { title: 'answer', isName: true },
      { title: 'time' },
      { title: 'version', isName: true },
      { title: 'asked', isName: true },
      { title: 'said', isName: true },
      { title: 'flags' },
      { title: 'feedback', isNumeric: true },
    ];
    const rows = data.map((one) => [
      one.id,
      formatTime(one.created_at * 1000),
      one.version.startsWith(`${one.model}@`) ? one.version : `${one.model} ${one.version}`,
      excerpt(one.asked),
      excerpt(one.said),
      one.flags.join(', '),
      String(one.feedback.length),
    ]);
    const count = colours.dim(`${plural(data.length, 'answers')}; attune answers show ANSWER opens one`);
    return [formatTable(columns, rows, colours, tableWidth(terminal)), count, ...more].join('\n');
  },
});

/** @throws AttuneError E_USAGE */
function timeOf(text: string): number {
  if (!/^\d{4}-/.test(text)) return Date.now() - parseDuration('--since', text);
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new AttuneError('E_USAGE', {
    what: '--since is not a valid time',
    got: text,
    expected: '2h, 7d, or 2026-12-01T05:47',
  });
}

function excerpt(text: string | null): string {
  const line = (text ?? '').replaceAll(/\s+/g, ' ').trim();
  return line.length <= EXCERPT ? line : `${line.slice(0, EXCERPT - 1)}…`;
}
