import { greatest } from '../../../base/many.ts';
import { ownCommand } from '../../../base/own-command.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Diagnosis } from '../../doctor.ts';

const marks = { ok: '✓', warn: '!', fail: '✗' };

export function describeDiagnosis(diagnosis: Diagnosis, { colours }: Terminal): string {
  const paint = { ok: colours.green, warn: colours.yellow, fail: colours.red };
  const width = greatest(diagnosis.checks.map(({ name }) => name.length));
  const lines = diagnosis.checks.map(({ name, status, found, fix }) => {
    const line = `  ${paint[status](marks[status])} ${name.padEnd(width)}  ${found}`;
    return fix === undefined ? line : `${line}\n    ${' '.repeat(width)}  ${colours.dim(fix)}`;
  });
  const missing = diagnosis.features.filter(({ installed }) => !installed);
  const features = missing.map(
    ({ feature, does }) => `  – ${feature}: ${does}; ${ownCommand()} setup --with ${feature}`,
  );
  const { bf16Gflops, f32Gflops, attentionMs, computeType } = diagnosis;
  return [
    ...lines,
    ...(missing.length > 0 ? ['', '  not installed:', ...features] : []),
    '',
    `  products: bf16 ${Math.round(bf16Gflops)} GFLOP/s, f32 ${Math.round(f32Gflops)} GFLOP/s; attention ` +
      `${attentionMs.toFixed(1)} ms; precision auto is ${computeType}`,
  ].join('\n');
}
