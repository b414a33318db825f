// Rows as the tests of baselines need them.
import type { ClassificationExample, CompletionExample, ItemsExample } from '../../src/data/example.ts';

export function row(prompt: string, completion: string, index = 0): CompletionExample {
  return { kind: 'completion', id: `${index}`, source: { file: 'rows.jsonl', line: index + 1 }, prompt, completion };
}

export function basket(items: string[], index: number): ItemsExample {
  return { kind: 'items', id: `${index}`, source: { file: 'rows.jsonl', line: index + 1 }, items };
}

export function classRow(text: string, label: string, index: number): ClassificationExample {
  return { kind: 'classification', id: `${index}`, source: { file: 'rows.jsonl', line: index + 1 }, text, label };
}

/** Bright at the left, and at the right. */
