// Word tags, masked tokens and text vectors on the command line, from a file to a verdict.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';
import { writeTinyBert } from './cli-tiny-bert.ts';
import { writeTinyT5 } from './cli-tiny-t5.ts';

let bench: BadInputBench;
const names = ['anna', 'bert', 'carl', 'dora', 'emil'];
const towns = ['rome', 'oslo', 'bern', 'kiev', 'lima'];

/** Sentences about a person in a town. */
const rows = Array.from({ length: 60 }, (_, i) => {
  const [name, town] = [names[i % 5], towns[(i * 3 + (i >> 2)) % 5]];
  return { words: [name, 'sees', 'new', town, `${i * i}`], tags: ['B-PER', 'O', 'B-LOC', 'I-LOC', 'O'], name, town, i };
});

function train(output: string, data: string, steps = 15): string[] {
  const settings = ['--model', 'bert', '--precision', 'f32', '--learning-rate', '1e-2', '--max-steps', `${steps}`];
  return ['train', '--train', data, '--validation', '0.2', '--test', '0.2', ...settings, '--output-dir', output];
}

describe.skipIf(!existsSync('build/attune.node'))('an encoder', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    writeTinyBert(bench.path('bert'), [...names, ...towns, 'sees', 'new', 'the', 'of']);
    bench.write(
      'names.conll',
      rows.map(({ words, tags }) => words.map((w, i) => `${w} ${tags[i]}\n`).join('')).join('\n'),
    );
    const pairs = rows.map(({ name, town, i }) => ({
      anchor: `${name} ${i * i}`,
      positive: `${town} of ${name} ${i * i}`,
    }));
    bench.write('pairs.jsonl', pairs.map((row) => JSON.stringify(row)).join('\n'));
    bench.write('texts.jsonl', rows.map(({ words }) => JSON.stringify({ text: words.join(' ') })).join('\n'));
  });
  afterAll(() => bench.remove());

  it('gives words their tags', () => {
    expect(bench.run(['init', 'names.conll', '--yes']).document).toMatchObject({ objective: 'token_classification' });
    const { code, stderr } = bench.run([...train('names', 'names.conll'), '--objective', 'token_classification']);
    expect(code, stderr).toBe(0);
    const { metric, systems } = readAssessment(bench.path('names'), 'comparison')!;
    expect([metric, systems.map(({ name }) => name)]).toEqual(['entity_f1', ['tuned', 'frequent_tag']]);
    expect(systems[0].values.entity_f1.value).toBeGreaterThan(0.5);
    bench.write('bad.jsonl', '{"tokens":["a","b"],"tags":["O"]}\n{"tokens":["a"],"tags":["O"]}\n');
    const { problems } = bench.failure([...train('bad', 'bad.jsonl'), '--objective', 'token_classification']);
    expect(problems[0]).toMatchObject({ line: 1, field: 'tags', message: 'has 1 tags for 2 words' });
  });

  it('finds answers in texts, and whether there is one, in files that transformers reads', () => {
    const asked = rows.map(({ name, town, i }) => {
      const context = `${'the '.repeat(i % 4)}${name} ${i % 5 === 4 ? 'sees' : `of ${town} sees`} ${i * i}.`;
      const answers = i % 5 === 4 ? [] : [{ text: town, answer_start: context.indexOf(town) }];
      return JSON.stringify({ question: `${name} of?`, context, answers });
    });
    bench.write('asked.jsonl', asked.join('\n'));
    const recipe = bench.run(['init', 'asked.jsonl', '--model', 'bert', '--yes']).document.recipe as string;
    expect(bench.text(recipe)).toContain('objective: question_answering');
    // Texts exceed the context length.
    const settings = ['--objective', 'question_answering', '--stride', '4', '--max-length', '14'];
    const { code, stderr } = bench.run([...train('asked', 'asked.jsonl', 60), ...settings]);
    expect(code, stderr).toBe(0);
    const { metric, systems, rivals } = readAssessment(bench.path('asked'), 'comparison')!;
    // The threshold for "no answer" was chosen on validation rows; the result with a threshold of 0 is listed next to
    // it, not as a rival.
    expect([metric, systems.map(({ name }) => name)]).toEqual(['token_f1', ['tuned', 'tuned_at_0', 'sliding_window']]);
    expect(rivals).toEqual(['sliding_window']);
    expect(Object.keys(systems[1].values)).toEqual(
      expect.arrayContaining(['has_answer_f1', 'has_answer_exact_match', 'no_answer_f1']),
    );
    expect(stderr).toMatch(/"none" must score better by .*: on validation rows token F1 .*, .* at 0/);
    expect(systems[0].values.token_f1.value).toBeGreaterThan(0.5);
    const adapter = JSON.parse(bench.text('asked/adapter/adapter_config.json')) as Record<string, unknown>;
    expect(adapter).toMatchObject({ task_type: 'QUESTION_ANS', modules_to_save: ['qa_outputs'] });
    expect(bench.run(['export', 'asked', '--to', 'merged']).code).toBe(0);
    expect(JSON.parse(bench.text('asked/merged/config.json'))).toMatchObject({
      architectures: ['BertForQuestionAnswering'],
      answer_spans: { may_be_absent: true, null_score_diff_threshold: expect.any(Number) as number },
    });
    const { answer_spans: spans } = JSON.parse(bench.text('asked/merged/config.json')) as Record<string, unknown>;
    expect(JSON.parse(bench.text('asked/adapter/attune.json'))).toMatchObject({ config: { answer_spans: spans } });
    const { document: evaluated } = bench.run(['eval', 'asked']);
    expect(evaluated.notes, JSON.stringify(evaluated)).toEqual([
      expect.stringMatching(/"no answer" threshold 0: token F1 /),
    ]);
    const threshold = [...settings, '--null-score-diff-threshold'];
    const refused = bench.failure([...train('never', 'asked.jsonl', 1), ...threshold, 'never']);
    expect(refused.code).toBe('E_RECIPE');
    expect(refused.problems[0].message).toContain('must be auto or a number');
    const idle = bench.failure([...train('idle', 'asked.jsonl', 1), ...threshold, '1', '--null-answers', 'false']);
    expect(idle.code).toBe('E_OPTION_IDLE');
    const saved = bench.text('asked/merged/model.safetensors');
    expect(['"qa_outputs.weight"', '"bert.pooler', '"cls.'].map((name) => saved.includes(name))).toEqual([
      true,
      false,
      false,
    ]);
    bench.write('ask.jsonl', '{"question":"anna of?","context":"the anna of oslo sees 5."}\n');
    const { document } = bench.run(['generate', 'asked/merged', '--input', 'ask.jsonl']);
    expect(document).toMatchObject({ answers: [{ completion: 'oslo', finish: 'stop' }] });
    expect(bench.failure(['generate', 'asked', '--input', 'texts.jsonl']).code).toBe('E_WRONG_ROWS');
    const wrong = bench.failure(['compare', 'asked', '--data', 'names.conll']);
    expect([wrong.code, wrong.what]).toEqual(['E_WRONG_ROWS', 'A question model cannot answer tagged rows']);
  });

  it('finds texts that belong together, against BM25 and itself before', () => {
    const { code, stderr } = bench.run([...train('pairs', 'pairs.jsonl'), '--objective', 'contrastive']);
    expect(code, stderr).toBe(0);
    const { metric, systems } = readAssessment(bench.path('pairs'), 'comparison')!;
    expect([metric, systems.map(({ name }) => name)]).toEqual(['ndcg', ['tuned', 'base', 'bm25']]);
  });

  it('makes vectors as the recipe says, in adapters and folders alike, and no other way than a base says itself', () => {
    const how = ['--objective', 'contrastive', '--pooling'];
    const wrong = bench.failure([...train('wrong', 'pairs.jsonl', 1), ...how, 'first']);
    expect([wrong.code, wrong.problems[0].field]).toEqual(['E_RECIPE', '--pooling']);
    const { code, stderr } = bench.run([...train('first', 'pairs.jsonl', 3), ...how, 'cls']);
    expect(code, stderr).toBe(0);
    const exported = bench.run(['export', 'first', '--output-dir', 'sentences']);
    expect(exported.code, JSON.stringify(exported.document)).toBe(0);
    const written = JSON.parse(bench.text('sentences/1_Pooling/config.json')) as Record<string, unknown>;
    expect(Object.keys(written).filter((key) => written[key] === true)).toEqual([
      'pooling_mode_cls_token',
      'include_prompt',
    ]);
    // With mean pooling, an encoder's default, the same weights rank differently.
    const others = names.flatMap((name) =>
      towns.map((town) => ({ anchor: `${town} 7 ${name}`, positive: `${name} ${town}` })),
    );
    bench.write('others.jsonl', others.map((row) => JSON.stringify(row)).join('\n'));
    const scored = (folder: string) => {
      const { document } = bench.run(['eval', folder, '--data', 'others.jsonl']);
      expect(document.rows, JSON.stringify(document)).toBe(25);
      return document.values;
    };
    bench.copy('sentences', 'averaged');
    bench.edit('averaged/1_Pooling/config.json', { pooling_mode_cls_token: false, pooling_mode_mean_tokens: true });
    expect(scored('averaged')).not.toEqual(scored('sentences'));
    const on = (folder: string, pooling: string) =>
      [...train('on', 'pairs.jsonl', 1), ...how, pooling].map((word) => (word === 'bert' ? folder : word));
    const other = bench.failure(on('sentences', 'mean'));
    expect([other.code, other.expected]).toEqual([
      'E_POOLING',
      'pooling_mode_cls_token, as in its 1_Pooling/config.json',
    ]);
    expect(bench.run([...on('sentences', 'cls'), '--dry-run']).code).toBe(0);
  });

  it('with a decoder translates, answers rows and chats', () => {
    writeTinyT5(bench.path('t5'), [
      'red',
      'blue',
      'green',
      'rot',
      'blau',
      'gruen',
      'house',
      'haus',
      'dog',
      'hund',
      'no',
    ]);
    const words = [
      ['red', 'rot'],
      ['blue', 'blau'],
      ['green', 'gruen'],
    ];
    const pairs = Array.from({ length: 90 }, (_, i) => {
      const [[from, to], [thing, ding]] = [
        words[i % 3],
        [
          ['house', 'haus'],
          ['dog', 'hund'],
        ][i % 2],
      ];
      return JSON.stringify({
        source: `${from} ${thing} no ${i * i}`,
        target: `${to} ${ding} no ${i % 2 === 0 ? to : ding}`,
      });
    });
    bench.write('pairs.de.jsonl', pairs.join('\n'));
    const recipe = bench.run(['init', 'pairs.de.jsonl', '--model', 't5', '--yes']).document.recipe as string;
    expect(bench.text(recipe)).toContain('objective: seq2seq');
    const how = ['--tuning', 'full', '--max-steps', '60', '--learning-rate', '1e-2', '--precision', 'f32'];
    const { code, stderr } = bench.run(['train', recipe, ...how, '--output-dir', 'german']);
    expect(code, stderr).toBe(0);
    const { systems, metric } = readAssessment(bench.path('german'), 'comparison')!;
    expect(systems[0].values[metric].value).toBeGreaterThan(0.5);
    bench.write('ask.jsonl', '{"prompt":"red dog no 4"}\n');
    const { document } = bench.run(['generate', 'german', '--input', 'ask.jsonl']);
    expect(JSON.stringify(document)).toContain('rot hund no');
    expect(bench.run(['chat', 'german'], { input: 'blue house no 3\n' }).code).toBe(0);
  });

  it('learns hidden tokens of texts, by an adapter that is found again', () => {
    const recipe = bench.run(['init', 'texts.jsonl', '--model', 'bert', '--yes']).document.recipe as string;
    expect(bench.text(recipe)).toContain('objective: masked_lm');
    const { code, stderr } = bench.run([...train('texts', 'texts.jsonl'), '--objective', 'masked_lm']);
    expect(code, stderr).toBe(0);
    const { metric, systems } = readAssessment(bench.path('texts'), 'comparison')!;
    expect([metric, systems.map(({ name }) => name)]).toEqual(['bits_per_byte', ['tuned', 'base']]);
    expect(systems[0].values.bits_per_byte.value).toBeLessThan(systems[1].values.bits_per_byte.value);
    const error = bench.failure(
      [...train('llama', 'texts.jsonl'), '--objective', 'masked_lm', '--tuning.r', '4'].map((word) =>
        word === 'bert' ? 'model' : word,
      ),
    );
    expect(error.code).toMatch(/E_NO_MASK|E_TASK_UNSUPPORTED/);
  });
});
