import { formatTime, plural } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import { answerSource, answerSourceOptions } from '../answer-options.ts';
import { defineCommand } from '../command.ts';
import { parseDuration } from '../../terminal/duration.ts';
import { formatTable, tableWidth } from '../../terminal/table.ts';

const EXCERPT = 60;

export const command = defineCommand({
  section: 'Use',
  summary: 'list and search answers of served models, newest first',
  arguments: [{ name: 'MODEL', summary: 'its name; all models unless given' }],
  options: [
    { name: '--version', value: 'NAME', summary: 'of this version only' },
    { name: '--since', value: 'TIME', summary: 'since then: 2h, 7d, or a date such as 2026-12-01T05:47' },
    { name: '--search', value: 'TEXT', summary: 'question or answer contains it; the server has to keep texts' },
    { name: '--flagged', value: 'SIGNAL', summary: 'with this signal set, such as refusal; any for every signal' },
    { name: '--alarm', value: 'ID', summary: 'examples of an alarm' },
    { name: '--unrated', summary: 'without feedback' },
    { name: '--limit', value: 'N', summary: 'at most this many (20)' },
    { name: '--after', value: 'CURSOR', summary: 'the page after one that said so' },
    ...answerSourceOptions,
  ],
  examples: ['answers list', 'answers list tickets --flagged any --since 2h', 'answers list --search "order 4711"'],
  async run(context) {
    const { listAnswers } = await import('../../app/monitor/answers.ts');
    const since = context.option('--since');
    return listAnswers({
      ...answerSource(context),
      model: context.argument('MODEL'),
      version: context.option('--version'),
      since: since === undefined ? undefined : timeOf(since),
      search: context.option('--search'),
      flagged: context.option('--flagged'),
      alarm: context.option('--alarm'),
      unrated: context.has('--unrated'),
      limit: context.count('--limit'),
      after: context.option('--after'),
    });
  },
  render({ data, next, searched_all: isComplete }, terminal) {
    const { colours } = terminal;
    const more =
      next === null
        ? []
        : [colours.dim(`${isComplete ? 'More' : 'Older answers have not been searched yet'}: --after "${next}"`)];
    if (data.length === 0) return ['No such answers', ...more].join('\n');
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
  throw new AttuneError('E_USAGE', { what: '--since is no time', got: text, expected: '2h, 7d, or 2026-12-01T05:47' });
}

function excerpt(text: string | null): string {
  const line = (text ?? '').replaceAll(/\s+/g, ' ').trim();
  return line.length <= EXCERPT ? line : `${line.slice(0, EXCERPT - 1)}…`;
}
