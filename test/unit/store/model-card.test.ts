import { figuresOf } from '../../../src/evaluation/assessments/index.ts';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { modelCard, type ModelCardParts } from '../../../src/store/model-card.ts';
import type { Comparison } from '../../../src/store/results.ts';

const comparison: Comparison = {
  split: 'test',
  rows: 300,
  version: 2,
  confidence: 0.95,
  seed: 0,
  metric: 'chrf',
  metrics: [{ name: 'chrf', title: 'chrF', better: 'higher', best: 100, reads: 'text' }],
  subject: 'tuned',
  rivals: ['base'],
  verdict: 'better',
  sentence: 'chrF 50 against 30 of base (better by 20, 95 % interval +15 to +25) on 300 rows of test.',
  conclusion: { outcome: 'better', advice: 'Use the tuned model: it has chrF 50, the base model 30.', use: 'tuned' },
  differences: [],
  flips: { against: 'base', worse: [], better: [] },
  skipped: [],
  systems: [
    { name: 'tuned', title: 'tuned', kind: 'tuned', values: { chrf: { value: 50, low: 47, high: 53 } } },
    { name: 'base', title: 'base', kind: 'base', values: { chrf: { value: 30 } } },
  ],
};

const parts: ModelCardParts = {
  name: 'tickets: a | b',
  kind: 'adapter',
  baseModel: 'owner/base',
  license: 'apache-2.0',
  languages: ['en'],
  task: 'text-generation',
  tags: ['lora', 'sft'],
  source: '/home/somebody/secret/tickets.jsonl, owner/public-set',
  data: {
    format: 'messages',
    rows: { train: 8000, validation: 1000, test: 0 },
    hashes: { train: 'aaaa', validation: 'bbbb' },
    inputTokens: 1_000_000,
    lossTokens: 300_000,
  },
  metrics: { validation: { loss: 1.25, perplexity: Number.POSITIVE_INFINITY } },
  comparison,
  compared: figuresOf('comparison', comparison),
  recipe: { model: 'owner/base', prompt: 'use ```code```' },
  identity: { libtorch: '2.6.0', threads: 2 },
};

function split(card: string): { front: Record<string, unknown>; body: string } {
  const [, front, body] = /^---\n([\s\S]*?)---\n\n([\s\S]*)$/.exec(card)!;
  return { front: parse(front) as Record<string, unknown>, body };
}

describe('a model card', () => {
  test('of an adapter that PEFT does not have names attune alone', () => {
    const { front, body } = split(modelCard({ ...parts, isOwnFormat: true }));
    expect([front.library_name, front.base_model_relation]).toEqual(['attune', 'adapter']);
    expect([body.includes('PEFT'), body.includes('attune generate FOLDER')]).toEqual([false, true]);
  });

  test('of an adapter has the front matter that model hubs read', () => {
    const { front } = split(modelCard(parts));
    expect(front).toEqual({
      base_model: 'owner/base',
      base_model_relation: 'adapter',
      library_name: 'peft',
      pipeline_tag: 'text-generation',
      license: 'apache-2.0',
      language: ['en'],
      tags: ['attune', 'lora', 'sft'],
      datasets: ['tickets.jsonl', 'owner/public-set'],
      metrics: ['loss', 'perplexity'],
      'model-index': [
        {
          name: 'tickets: a | b',
          results: [
            {
              task: { type: 'text-generation' },
              dataset: { name: expect.any(String), type: 'messages', split: 'validation', revision: 'bbbb' },
              metrics: [{ type: 'loss', value: 1.25 }],
            },
          ],
        },
      ],
    });
  });

  test('shows verdict, systems, data hashes and the recipe', () => {
    const { body } = split(modelCard(parts));
    expect(body).toContain('**Better than everything it was compared with.** Use the tuned model: it has chrF 50');
    expect(body).toContain('| tuned (this one) | 50 | 47 to 53 |');
    expect(body).toContain('| train | 8,000 | `aaaa` |');
    expect(body).not.toContain('| test |');
    expect(body).toContain('| validation | 1,000 | loss | 1.25 |');
    expect(body).toContain('````yaml\nmodel: owner/base');
    expect(body).not.toContain('/home/somebody');
  });

  test('of a cheap system says where it holds training rows', () => {
    const cheap = { ...parts, kind: 'cheap', system: 'nearest training row' } as const;
    expect(modelCard({ ...cheap, holdsRows: true })).toContain('training rows in clear');
    expect(modelCard(cheap)).not.toContain('in clear');
  });

  test('of a model trained from scratch names no base, and leaves out what is not known', () => {
    const { front, body } = split(
      modelCard({ name: 'own', kind: 'model', task: 'text-generation', metrics: {}, recipe: {}, identity: {} }),
    );
    expect(front).toEqual({ library_name: 'transformers', pipeline_tag: 'text-generation', tags: ['attune'] });
    expect(body).toContain('A model trained from scratch');
    expect(body).not.toMatch(/## (Results|Data)/);
    expect(body).not.toContain('undefined');
  });
});
