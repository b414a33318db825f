import { describe, expect, it } from 'vitest';
import { decisionRecords } from '../../../src/data/formats/decisions.ts';
import { RowReader } from '../../../src/data/formats/row-reader.ts';
import { record, run } from './running.ts';

describe('typed questions', () => {
  const ticket = (labels: readonly string[], row = 1) => {
    const [queue, urgency, refund, tags = ''] = labels;
    return record({ subject: `Ticket ${row}`, body: 'It is late.', queue, urgency, refund, tags }, row);
  };
  const questions = {
    queue: { instructions: 'Which queue?' },
    urgency: { type: 'score', options: ['low', 'high'] },
    refund: { type: 'noul' },
  };

  it('are columns of a table, with the options that occur', async () => {
    const rows = [ticket(['10', 'high', 'yes']), ticket(['2', 'low', 'No'], 2)];
    const { values } = await run([{ step: 'decisions', state: ['subject', 'body'], questions }], rows);
    expect(values[1]).toEqual({
      state: { subject: 'Ticket 2', body: 'It is late.' },
      questions: [
        { id: 'queue', type: 'choice', instructions: 'Which queue?', options: ['10', '2'], label: '2' },
        { id: 'urgency', type: 'score', instructions: 'urgency', options: ['low', 'high'], label: 0 },
        { id: 'refund', type: 'noul', instructions: 'refund', label: false },
      ],
    });
    const examples = values.map((row) => decisionRecords.read(new RowReader(row, { file: 'f', line: 1 })));
    expect(examples[0]).toMatchObject({ questions: [{ target: [1, 0] }, { target: [0, 1] }, { target: [0, 1] }] });
  });

  it('leave out what has no answer, and count why', async () => {
    const rows = [ticket(['a', 'medium', 'maybe']), record({ subject: 's', queue: '', urgency: '', refund: '' }, 2)];
    const { values, reports } = await run([{ step: 'decisions', state: ['subject'], questions }], rows);
    expect(values).toMatchObject([{ state: 'Ticket 1', questions: [{ id: 'queue' }] }]);
    expect(reports[0].leftOut).toMatchObject([{ reason: 'no question has an answer', count: 1 }]);
    expect(reports[0].found.map(({ what }) => what)).toContain(
      'a value of column "refund" that is neither true nor false',
    );
  });

  it('ask a yes or no of each label where rows have several', async () => {
    const rows = [ticket(['a', 'low', 'no', 'late|angry']), ticket(['a', 'low', 'no', 'late'], 2)];
    const asked = { tags: { type: 'labels' } };
    const { values } = await run([{ step: 'decisions', state: ['body'], questions: asked }], rows);
    expect(values[1].questions).toMatchObject([
      { id: 'tags: late', type: 'noul', label: true },
      { id: 'tags: angry', type: 'noul', label: false },
    ]);
  });

  it.each([
    { urgency: { type: 'score' } },
    { refund: { type: 'noul', options: ['a'] } },
    { urgency: { type: 'score', options: ['one'] } },
  ])('refuse %j', async (asked) => {
    await expect(run([{ step: 'decisions', questions: asked }], [ticket(['a', 'low', 'no'])])).rejects.toMatchObject({
      code: 'E_STEP_OPTIONS',
    });
  });
});
