import { AttuneError } from '../../base/errors.ts';
import type { Diagnosis } from '../doctor.ts';
import { withCall } from '../terminal/with-progress.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'System',
  summary: 'check the engine on this machine',
  effects: ['computes'],
  examples: ['doctor', 'doctor --json'],
  async run(_, call): Promise<Diagnosis> {
    const { doctor } = await import('../doctor.ts');
    return doctor(call);
  },
  async inTerminal(_, console): Promise<Diagnosis> {
    const { doctor } = await import('../doctor.ts');
    const diagnosis = await withCall(console, undefined, doctor);
    if (diagnosis.ok || console.isJson) return diagnosis;
    const { describeDiagnosis } = await import('./text/diagnosis.ts');
    console.out.line(describeDiagnosis(diagnosis, console.out));
    throw new AttuneError('E_DOCTOR', {
      what: 'The engine does not work correctly on this machine',
      fix: 'see the checks marked above',
    });
  },
  async render(diagnosis, terminal) {
    const { describeDiagnosis } = await import('./text/diagnosis.ts');
    return describeDiagnosis(diagnosis, terminal);
  },
});
