import { endOpen, type Registry } from '../../registry/index.ts';

/** What is tried beside the champion is over when a person has decided otherwise. */
export async function endRollouts(registry: Registry, model: string, reason: string): Promise<void> {
  await registry
    .transaction()
    .execute((transaction) => endOpen(transaction, { model, stage: 'replaced', reason, at: Date.now() }));
}
