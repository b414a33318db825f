import { greatest } from '../../base/many.ts';
import { defineCommand } from '../command.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Diagnosis } from '../../app/doctor.ts';
import { AttuneError } from '../../base/errors.ts';

export const command = defineCommand({
  section: 'System',
  summary: 'check the engine on this machine',
  examples: ['doctor', 'doctor --json'],
  async run(context) {
    const { doctor } = await import('../../app/doctor.ts');
    const progress = context.progress();
    const diagnosis = await doctor({ onEvent: progress.show });
    progress.close(true);
    if (diagnosis.ok || context.isJson) return diagnosis;
    context.out.line(describe(diagnosis, context.out));
    throw new AttuneError('E_DOCTOR', {
      what: 'The engine does not work as it should on this machine',
      fix: 'see the checks marked above',
    });
  },
  render: describe,
});

const marks = { ok: '✓', warn: '!', fail: '✗' };

function describe(diagnosis: Diagnosis, { colours }: Terminal): string {
  const paint = { ok: colours.green, warn: colours.yellow, fail: colours.red };
  const width = greatest(diagnosis.checks.map(({ name }) => name.length));
  const lines = diagnosis.checks.map(({ name, status, found, fix }) => {
    const line = `  ${paint[status](marks[status])} ${name.padEnd(width)}  ${found}`;
    return fix === undefined ? line : `${line}\n    ${' '.repeat(width)}  ${colours.dim(fix)}`;
  });
  const { bf16Gflops, f32Gflops, attentionMs, computeType } = diagnosis;
  return [
    ...lines,
    '',
    `  products: bf16 ${Math.round(bf16Gflops)} GFLOP/s, f32 ${Math.round(f32Gflops)} GFLOP/s; attention ` +
      `${attentionMs.toFixed(1)} ms; precision auto is ${computeType}`,
  ].join('\n');
}
